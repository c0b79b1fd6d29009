#include <rill/pubsub/backplane_stats.hpp>

#include "support/metrics_page.hpp"

BOOST_AUTO_TEST_SUITE(backplane_stats_test)

BOOST_AUTO_TEST_CASE(counters_of_several_logs_share_one_page)
{
    rill::pubsub::backplane_stats first{.appended = 1, .append_failures = 2, .unknown_outcomes = 3, .read_failures = 4};
    first.reconnects = 5;
    first.gaps = 6;
    first.pending_appends = 7;
    first.reader_lag = 8;
    first.connected = false;
    rill::metrics_writer out;
    write_metrics(out, first, "first");
    write_metrics(out, rill::pubsub::backplane_stats{}, "second");
    const rill_test::metrics_page page(out.text());
    BOOST_TEST(page["rill_log_appended_total{log=\"first\"}"] == 1);
    BOOST_TEST(page["rill_log_append_failures_total{log=\"first\"}"] == 2);
    BOOST_TEST(page["rill_log_unknown_outcomes_total{log=\"first\"}"] == 3);
    BOOST_TEST(page["rill_log_read_failures_total{log=\"first\"}"] == 4);
    BOOST_TEST(page["rill_log_reconnects_total{log=\"first\"}"] == 5);
    BOOST_TEST(page["rill_log_gaps_total{log=\"first\"}"] == 6);
    BOOST_TEST(page["rill_log_pending_appends{log=\"first\"}"] == 7);
    BOOST_TEST(page["rill_log_reader_lag{log=\"first\"}"] == 8);
    BOOST_TEST(page["rill_log_connected{log=\"first\"}"] == 0);
    BOOST_TEST(page["rill_log_connected{log=\"second\"}"] == 1);
    BOOST_TEST(page["rill_log_gaps_total{log=\"second\"}"] == 0);
}

// The buckets of Prometheus contain all faster appends, too.
BOOST_AUTO_TEST_CASE(latency_of_appends)
{
    rill::pubsub::backplane_stats stats{.appended = 10};
    stats.append_latency[0] = 4; // at most 0.1 ms
    stats.append_latency[3] = 3; // at most 1 ms
    stats.append_latency_sum = std::chrono::milliseconds(2500);
    rill::metrics_writer out;
    write_metrics(out, stats, "a");
    const rill_test::metrics_page page(out.text());
    BOOST_TEST(page["rill_log_append_seconds_bucket{log=\"a\",le=\"1e-04\"}"] == 4);
    BOOST_TEST(page["rill_log_append_seconds_bucket{log=\"a\",le=\"5e-04\"}"] == 4);
    BOOST_TEST(page["rill_log_append_seconds_bucket{log=\"a\",le=\"0.001\"}"] == 7);
    BOOST_TEST(page["rill_log_append_seconds_bucket{log=\"a\",le=\"5\"}"] == 7);
    BOOST_TEST(page["rill_log_append_seconds_bucket{log=\"a\",le=\"+Inf\"}"] == 10);
    BOOST_TEST(page["rill_log_append_seconds_count{log=\"a\"}"] == 10);
    BOOST_TEST(page["rill_log_append_seconds_sum{log=\"a\"}"] == 2.5);
}

BOOST_AUTO_TEST_CASE(counts_acknowledged_appends)
{
    rill::pubsub::backplane_stats stats;
    stats.count_acknowledged(std::chrono::microseconds(100));
    stats.count_acknowledged(std::chrono::microseconds(101));
    stats.count_acknowledged(std::chrono::hours(1));
    BOOST_TEST(stats.appended == 3U);
    BOOST_TEST(stats.append_latency[0] == 1U);
    BOOST_TEST(stats.append_latency[1] == 1U);
    BOOST_TEST((stats.append_latency_sum == std::chrono::hours(1) + std::chrono::microseconds(201)));
}

BOOST_AUTO_TEST_SUITE_END()
