#include <rill/pubsub/channel.hpp>
#include <rill/pubsub/metrics.hpp>

#include "support/metrics_page.hpp"

BOOST_AUTO_TEST_SUITE(pubsub_metrics_test)

BOOST_AUTO_TEST_CASE(several_channels_share_one_page)
{
    rill::pubsub::channel news;
    rill::pubsub::channel chat;
    BOOST_REQUIRE(news.publish("x").has_value());
    BOOST_REQUIRE(news.publish("y").has_value());
    rill::metrics_writer out;
    rill::pubsub::write_metrics(out, news.stats(), "news");
    rill::pubsub::write_metrics(out, chat.stats(), "chat");
    const rill_test::metrics_page page(out.text());
    BOOST_TEST(page["rill_pubsub_published_total{channel=\"news\"}"] == 2);
    BOOST_TEST(page["rill_pubsub_published_total{channel=\"chat\"}"] == 0);
    BOOST_TEST(page["rill_pubsub_held_events{channel=\"news\"}"] == 2);
    BOOST_TEST(page["rill_pubsub_evicted_total{channel=\"chat\",why=\"full\"}"] == 0);
    BOOST_TEST(page["rill_pubsub_over_capacity_total{channel=\"chat\"}"] == 0);
}

BOOST_AUTO_TEST_SUITE_END()
