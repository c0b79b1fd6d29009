#include "nats/cluster.hpp"

#include <boost/test/unit_test.hpp>
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
