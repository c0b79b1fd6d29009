#include "nats/cluster.hpp"

#include "nats/stream_guard.hpp"
#include "support/read_after.hpp"
#include <boost/test/unit_test.hpp>
#include <future>
#include <map>
#include <set>
#include <thread>

BOOST_AUTO_TEST_SUITE(nats_cluster_test)

namespace {

using namespace rill_test;
using rill::error;

/// Appends events one after another, and records the outcomes.
class publisher
{
public:
    publisher(rill::pubsub::backplane& log, std::string name)
        : thread_([this, &log, name = std::move(name)] { run(log, name); })
    {}
    ~publisher() { stop(); }
    publisher(const publisher&) = delete;
    publisher& operator=(const publisher&) = delete;

    void stop()
    {
        stopping_ = true;
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    int count() const noexcept { return appended_; }

    // Only after stop().
    std::map<std::string, std::uint64_t> acknowledged{};
    std::set<std::string> unknown{};
    std::set<std::string> refused{};

private:
    void run(rill::pubsub::backplane& log, const std::string& name)
    {
        for (int i = 0; !stopping_; ++i) {
            const auto data = name + std::to_string(i);
            const auto id = pending_append(log, data).get();
            if (id) {
                acknowledged[data] = std::stoull(*id);
                ++appended_;
            } else {
                (id.error() == error::outcome_unknown ? unknown : refused).insert(data);
            }
        }
    }

    std::atomic<bool> stopping_ = false;
    std::atomic<int> appended_ = 0;
    std::thread thread_;
};

// Every acknowledged event is delivered once, with its number. No refused event is delivered.
void check(const recording_reader& reader, const publisher& by)
{
    std::map<std::string, std::vector<std::uint64_t>> received;
    for (const auto& call : reader.calls()) {
        if (call.kind == 'e') {
            received[call.data].push_back(call.number);
        }
    }
    for (const auto& [data, number] : by.acknowledged) {
        BOOST_TEST((received[data] == std::vector{number}), data);
    }
    for (const auto& data : by.unknown) {
        BOOST_TEST(received[data].size() <= 1U, data);
    }
    for (const auto& data : by.refused) {
        BOOST_TEST(received[data].empty(), data);
    }
}

bool advances(const publisher& by, int events)
{
    const auto target = by.count() + events;
    return eventually([&] { return by.count() >= target; });
}

} // namespace

BOOST_AUTO_TEST_CASE(loses_nothing_when_a_server_ends)
{
    nats_cluster cluster;
    const auto one = open_log(cluster.options());
    const auto two = open_log(cluster.options());
    recording_reader reader_of_one;
    recording_reader reader_of_two;
    one->tail(reader_of_one, {});
    two->tail(reader_of_two, {});
    BOOST_REQUIRE(eventually([&] { return reader_of_one.has_begun() && reader_of_two.has_begun(); }));
    publisher a(*one, "a");
    publisher b(*two, "b");
    for (int round = 0; round < 2; ++round) {
        BOOST_REQUIRE(advances(a, 20));
        auto& leader = cluster.leader();
        leader.end();
        BOOST_REQUIRE(advances(a, 20));
        BOOST_REQUIRE(advances(b, 20));
        leader.launch();
    }
    BOOST_REQUIRE(advances(b, 20));
    a.stop();
    b.stop();
    const auto last = pending_append(*one, "last").get();
    BOOST_REQUIRE(last.has_value());
    for (const auto* reader : {&reader_of_one, &reader_of_two}) {
        BOOST_REQUIRE(eventually([&] { return !reader->data().empty() && reader->data().back() == "last"; }));
        BOOST_TEST(reader->count('g') == 0U);
        check(*reader, a);
        check(*reader, b);
    }
    BOOST_TEST((reader_of_one.data() == reader_of_two.data()));
}

// A new leader does not show the newest events until it has applied them.
BOOST_AUTO_TEST_CASE(waits_for_a_leader_that_does_not_show_all_events)
{
    nats_cluster cluster;
    auto options = cluster.options();
    options.catch_up_time = std::chrono::hours(1);
    std::shared_ptr<rill::nats::session> open;
    rill::nats::request_result<rill::nats::checked_stream> now;
    rill::nats::stream_guard guard(options, options.subject_prefix, [](rill::log_level, std::string_view) {});
    BOOST_REQUIRE(eventually([&] {
        open = plain_session(options);
        now = guard.check(*open);
        return now.has_value();
    }));
    BOOST_TEST(now->info.is_clustered);
    guard.acknowledged(3, "third");
    BOOST_TEST(!guard.check(*open).has_value());
    BOOST_TEST(!guard.look(*open).has_value());
    for (const auto* id : {"first", "second", "third"}) {
        natsMsg* created = nullptr;
        BOOST_REQUIRE(natsMsg_Create(&created, "test.events.t", nullptr, "data", 4) == NATS_OK);
        const rill::nats::message_handle message(created);
        natsMsgHeader_Set(created, "Nats-Msg-Id", id);
        BOOST_REQUIRE(eventually([&] { return open->request(*created).has_value(); }));
    }
    BOOST_TEST(guard.look(*open).has_value());
    now = guard.check(*open);
    BOOST_REQUIRE(now.has_value());
    BOOST_TEST(now->table->epochs().size() == 1U); // no event is lost

    options.catch_up_time = {};
    rill::nats::stream_guard hasty(options, options.subject_prefix, [](rill::log_level, std::string_view) {});
    BOOST_REQUIRE(hasty.check(*open).has_value());
    hasty.acknowledged(5, "fifth");
    now = hasty.check(*open);
    BOOST_REQUIRE(now.has_value());
    BOOST_TEST(now->table->newest_barrier() == 4U);
}

BOOST_AUTO_TEST_CASE(a_read_waits_for_events_that_another_process_has_seen)
{
    nats_cluster cluster;
    auto options = cluster.options();
    options.catch_up_time = std::chrono::hours(1);
    const auto log = open_log(options);
    rill::result<rill::pubsub::log_id> first;
    BOOST_REQUIRE(eventually([&] {
        first = pending_append(*log, "first").get();
        return first.has_value();
    }));
    const auto third = std::to_string(std::stoull(*first) + 2);
    auto early = std::async(std::launch::async, [&] { return read_after(*log, {.after = third}); });
    BOOST_REQUIRE(eventually([&] { return pending_append(*log, "second").get().has_value(); }));
    BOOST_REQUIRE(eventually([&] { return pending_append(*log, "third").get().has_value(); }));
    const auto page = early.get();
    BOOST_REQUIRE(page.has_value());
    BOOST_TEST(page->events.empty());

    options.catch_up_time = {};
    const auto unknown = read_after(*open_log(options), {.after = std::to_string(std::stoull(third) + 10)});
    BOOST_TEST((!unknown && unknown.error() == error::unknown_event_id));
}

BOOST_AUTO_TEST_CASE(continues_when_the_majority_is_back)
{
    nats_cluster cluster;
    auto options = cluster.options();
    options.append_grace = std::chrono::milliseconds(1500);
    const auto log = open_log(options);
    recording_reader reader;
    log->tail(reader, {});
    rill::result<rill::pubsub::log_id> first;
    BOOST_REQUIRE(eventually([&] {
        first = pending_append(*log, "first").get();
        return first.has_value();
    }));
    cluster[0].end();
    cluster[1].end();
    // The leader may need some seconds until it notices that it has no majority.
    BOOST_REQUIRE(eventually([&] {
        const auto failed = pending_append(*log, "without a majority").get();
        return !failed && (failed.error() == error::log_unavailable || failed.error() == error::outcome_unknown);
    }));
    cluster[0].launch();
    cluster[1].launch();
    BOOST_REQUIRE(eventually([&] { return pending_append(*log, "again").get().has_value(); }));
    BOOST_REQUIRE(eventually([&] { return !reader.data().empty() && reader.data().back() == "again"; }));
    BOOST_TEST(reader.count('g') == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
