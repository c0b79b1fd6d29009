#include <rill/pubsub/presence.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>
#include <rill/core/timer_service.hpp>
#include <rill/pubsub/memory_backplane.hpp>
#include <thread>

#include "support/manual_loop.hpp"

BOOST_AUTO_TEST_SUITE(presence_test)

namespace {

using namespace std::chrono_literals;
namespace pubsub = rill::pubsub;
using rill_test::manual_loop;
using texts = std::vector<std::string>;

/// The connection of a node to the log. The test can interrupt it.
class connection final : public pubsub::backplane, private pubsub::backplane::reader
{
public:
    using reader = pubsub::backplane::reader; // otherwise ambiguous, because both bases have this name

    explicit connection(std::shared_ptr<pubsub::memory_backplane> log) : log_(std::move(log)) {}

    /// Messages are lost in both directions until reconnect().
    void interrupt() { is_open_ = false; }
    void reconnect()
    {
        is_open_ = true;
        to_->on_gap(last_);
    }

    bool ids_are_numbers() const noexcept override { return true; }
    rill::result<pubsub::log_id> append(pubsub::event_draft event, const append_options& options,
                                        appended done) override
    {
        if (!is_open_) {
            return tl::unexpected(make_error_code(rill::error::log_unavailable));
        }
        return log_->append(std::move(event), options, std::move(done));
    }
    void tail(reader& r, const tail_options& options) override
    {
        to_ = &r;
        log_->tail(*this, options);
    }
    void stop(reader&) override { log_->stop(*this); }

private:
    void on_begin(const pubsub::log_position& at) override { to_->on_begin(at); }
    void on_event(pubsub::event_draft event, std::string_view id, std::uint64_t number) override
    {
        last_ = {pubsub::log_id(id), number};
        if (is_open_) {
            to_->on_event(std::move(event), id, number);
        }
    }
    void on_gap(const pubsub::log_position& at) override { to_->on_gap(at); }

    std::shared_ptr<pubsub::memory_backplane> log_;
    reader* to_ = nullptr;
    pubsub::log_position last_;
    bool is_open_ = true;
};

/// A process. All nodes run on the loop of the test.
struct node
{
    std::shared_ptr<connection> log;
    pubsub::hub hub;
    texts changes; ///< the topics for which on_change was called
    pubsub::presence here;
    boost::asio::cancellation_signal stop;
    manual_loop::outcome ended;

    node(manual_loop& loop, const std::shared_ptr<pubsub::memory_backplane>& shared)
        : log(std::make_shared<connection>(shared)), hub({}, log),
          here(hub, {.on_change = [this](std::string_view topic) { changes.emplace_back(topic); }})
    {
        loop.start(here.run(), ended, stop);
    }

    void end(manual_loop& loop)
    {
        stop.emit(boost::asio::cancellation_type::terminal);
        loop.turn();
        BOOST_TEST(ended.done);
    }
};

struct fixture
{
    manual_loop loop;
    std::shared_ptr<pubsub::memory_backplane> log = std::make_shared<pubsub::memory_backplane>();
    std::vector<std::unique_ptr<node>> nodes;

    node& start()
    {
        nodes.push_back(std::make_unique<node>(loop, log));
        loop.pass(100ms);
        return *nodes.back();
    }
    ~fixture()
    {
        for (auto& each : nodes) {
            if (!each->ended.done) {
                each->end(loop);
            }
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(nodes_list_the_names_of_all_nodes, fixture)
{
    auto& a = start();
    auto& b = start();
    const auto ada = a.here.enter("lobby", "ada");
    loop.turn();
    BOOST_TEST(b.here.names("lobby") == texts({"ada"}));
    BOOST_TEST(b.changes == texts({"lobby"}));
    {
        const auto bob = b.here.enter("lobby", "bob");
        const auto again = b.here.enter("lobby", "ada");
        loop.pass(100ms);
        BOOST_TEST(a.here.names("lobby") == texts({"ada", "bob"}));
        BOOST_TEST(a.here.topics() == texts({"lobby"}));
    }
    loop.pass(100ms);
    BOOST_TEST(a.here.names("lobby") == texts({"ada"}));
    BOOST_TEST(a.changes == texts({"lobby", "lobby", "lobby"}));
}

BOOST_FIXTURE_TEST_CASE(a_late_node_lists_all_names, fixture)
{
    auto& a = start();
    const auto ada = a.here.enter("lobby", "ada");
    loop.pass(1h); // the history of the topic has many events
    auto& late = start();
    BOOST_TEST(late.here.names("lobby") == texts({"ada"}));
}

BOOST_FIXTURE_TEST_CASE(the_names_of_a_dead_node_expire, fixture)
{
    auto& a = start();
    auto& b = start();
    const auto ada = a.here.enter("lobby", "ada");
    const auto bob = b.here.enter("lobby", "bob");
    loop.pass(100ms);
    b.changes.clear();
    a.log->interrupt(); // as if the process was killed
    loop.pass(15s);
    BOOST_TEST(b.here.names("lobby") == texts({"ada", "bob"}));
    loop.pass(5s);
    BOOST_TEST(b.here.names("lobby") == texts({"bob"}));
    BOOST_TEST(b.changes == texts({"lobby"}));
    // The node without a log lists its own names.
    BOOST_TEST(a.here.names("lobby") == texts({"ada"}));
    const auto cyd = a.here.enter("lobby", "cyd");
    BOOST_TEST(a.here.names("lobby") == texts({"ada", "cyd"}));

    a.log->reconnect();
    loop.pass(100ms);
    BOOST_TEST(a.here.names("lobby") == texts({"ada", "bob", "cyd"}));
    loop.pass(5s); // the next sign of life
    BOOST_TEST(b.here.names("lobby") == texts({"ada", "bob", "cyd"}));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_ends_notifies_the_others, fixture)
{
    auto& a = start();
    auto& b = start();
    const auto ada = a.here.enter("lobby", "ada");
    loop.pass(100ms);
    a.end(loop);
    loop.pass(100ms);
    BOOST_TEST(b.here.names("lobby").empty());
}

BOOST_FIXTURE_TEST_CASE(missed_events_are_requested_again, fixture)
{
    auto& a = start();
    auto& b = start();
    const auto ada = a.here.enter("lobby", "ada");
    loop.pass(100ms);
    b.log->interrupt();
    const auto bob = a.here.enter("lobby", "bob");
    loop.pass(100ms);
    BOOST_TEST(b.here.names("lobby") == texts({"ada"}));
    b.log->reconnect();
    loop.pass(100ms);
    BOOST_TEST(b.here.names("lobby") == texts({"ada", "bob"}));
}

BOOST_FIXTURE_TEST_CASE(many_changes_cause_few_events, fixture)
{
    auto& a = start();
    auto& b = start();
    const auto before = a.hub.stats().published;
    std::vector<pubsub::presence::entry> entries;
    for (int i = 0; i < 1000; ++i) {
        entries.push_back(a.here.enter("lobby", "user" + std::to_string(i)));
        entries.push_back(a.here.enter("lobby", "user" + std::to_string(i)));
    }
    for (int i = 0; i < 500; ++i) { // a name that flaps
        const auto flapping = a.here.enter("lobby", "flapping");
    }
    loop.pass(200ms);
    BOOST_TEST(b.here.names("lobby").size() == 1000U);
    BOOST_TEST(a.hub.stats().published - before <= 4U);
    BOOST_TEST(b.changes.size() <= 4U);
    entries.clear();
    loop.pass(200ms);
    BOOST_TEST(b.here.names("lobby").empty());
}

BOOST_FIXTURE_TEST_CASE(names_that_are_not_valid_are_not_listed, fixture)
{
    auto& a = start();
    const auto empty = a.here.enter("lobby", "");
    const auto bytes = a.here.enter("lobby", "\xff");
    const auto pattern = a.here.enter("lobby/*", "ada");
    BOOST_TEST(a.here.topics().empty());
    auto moved = a.here.enter("lobby", "ada");
    auto entry = std::move(moved);
    entry = a.here.enter("lobby", "bob");
    moved = pubsub::presence::entry();
    BOOST_TEST(a.here.names("lobby") == texts({"bob"}));
}

BOOST_FIXTURE_TEST_CASE(events_of_other_programs_are_ignored, fixture)
{
    auto& a = start();
    BOOST_TEST(a.hub.publish("presence", "nonsense").has_value());
    BOOST_TEST(a.hub.publish("presence", R"({"node":"x","kind":"change","version":1,"added":{"":["a"]}})").has_value());
    loop.pass(100ms);
    BOOST_TEST(a.here.topics().empty());
    BOOST_TEST(!a.ended.done);
}

BOOST_FIXTURE_TEST_CASE(run_may_not_run_twice, fixture)
{
    auto& a = start();
    manual_loop::outcome second;
    loop.start(a.here.run(), second);
    BOOST_REQUIRE(second.done);
    BOOST_CHECK_THROW(std::rethrow_exception(second.error), std::logic_error);
    a.end(loop);
    manual_loop::outcome again;
    loop.start(a.here.run(), again, a.stop);
    BOOST_TEST(!again.done);
    a.stop.emit(boost::asio::cancellation_type::terminal);
    loop.turn();
    BOOST_TEST(again.done);
}

BOOST_AUTO_TEST_CASE(invalid_options_are_refused)
{
    const pubsub::hub hub;
    BOOST_CHECK_THROW(pubsub::presence(hub, {.topic = "*"}), std::invalid_argument);
    BOOST_CHECK_THROW(pubsub::presence(hub, {.renew = 0ms}), std::invalid_argument);
    BOOST_CHECK_THROW(pubsub::presence(hub, {.renew = 10s}), std::invalid_argument);
    BOOST_CHECK_THROW(pubsub::presence(hub, {.min_interval = 0ms}), std::invalid_argument);
}

BOOST_FIXTURE_TEST_CASE(entries_of_several_threads, fixture)
{
    auto& a = start();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&a, t] {
            for (int i = 0; i < 1000; ++i) {
                const auto entry = a.here.enter("lobby", "user" + std::to_string(t));
                (void)a.here.names("lobby");
            }
        });
    }
    for (int i = 0; i < 100; ++i) {
        loop.pass(1ms);
    }
    for (auto& each : threads) {
        each.join();
    }
    BOOST_TEST(a.here.names("lobby").empty());
}

BOOST_AUTO_TEST_SUITE_END()
