#include "pubsub/snapshot_calls.hpp"

#include <mutex>
#include <thread>

#include "snapshot_stage.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;
using pubsub::detail::snapshot_calls;
using pubsub::detail::snapshot_outcome;
using pubsub::detail::taken_snapshot;

BOOST_AUTO_TEST_SUITE(snapshot_calls_test)

namespace {

struct receiver final : pubsub::detail::snapshot_receiver
{
    std::vector<snapshot_calls::call_pointer> begun;
    std::vector<snapshot_outcome> got;
    bool has_ended = false;

    void arrive(snapshot_outcome outcome) override { got.push_back(std::move(outcome)); }
    bool begin(const snapshot_calls::call_pointer& call) override
    {
        if (!has_ended) {
            begun.push_back(call);
        }
        return !has_ended;
    }
};

snapshot_outcome outcome(std::uint64_t sequence)
{
    return std::make_shared<taken_snapshot>(taken_snapshot{.events = {}, .sequence = sequence});
}

struct table
{
    manual_loop loop;
    std::shared_ptr<snapshot_calls> calls;

    explicit table(std::size_t max_calls = 16) : calls(std::make_shared<snapshot_calls>(max_calls)) {}

    snapshot_calls::joined join(const std::string& topics, const std::shared_ptr<receiver>& r, manual_loop& worker)
    {
        return calls->join(topics, {r, rill::mailbox::of(worker.context).get_address()},
                           [](const taken_snapshot& taken) { return taken.sequence != 0; });
    }
    snapshot_calls::joined join(const std::string& topics, const std::shared_ptr<receiver>& r)
    {
        return join(topics, r, loop);
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(streams_with_the_same_topics_share_a_call)
{
    table t;
    const auto a = std::make_shared<receiver>();
    const auto b = std::make_shared<receiver>();
    const auto other = std::make_shared<receiver>();
    const auto call = t.join("x", a).call;
    BOOST_TEST((t.join("x", b).call == call));
    BOOST_TEST((t.join("y", other).call != call));
    t.loop.turn();
    BOOST_TEST(a->begun.size() + b->begun.size() == 1U);
    BOOST_TEST(other->begun.size() == 1U);
    BOOST_TEST(t.calls->finish(call, outcome(1)));
    t.loop.turn();
    BOOST_REQUIRE(a->got.size() == 1U);
    BOOST_TEST((*a->got[0])->sequence == 1U);
    BOOST_TEST(b->got.size() == 1U);
    BOOST_TEST(other->got.empty());
    BOOST_TEST(t.join("x", b).snapshot->sequence == 1U);
}

BOOST_AUTO_TEST_CASE(a_result_that_cannot_be_used_or_an_error_is_not_kept)
{
    table t;
    const auto a = std::make_shared<receiver>();
    auto call = t.join("x", a).call;
    t.loop.turn();
    t.calls->finish(call, outcome(0));
    auto next = t.join("x", a).call;
    BOOST_TEST((next != call));
    t.loop.turn();
    t.calls->forget(call); // a call of the past
    BOOST_TEST(t.calls->size() == 1U);
    t.calls->finish(next, tl::unexpected(make_error_code(rill::error::snapshot_failed)));
    BOOST_TEST(t.calls->size() == 0U);
    t.loop.turn();
    BOOST_TEST(a->got.size() == 2U);
    BOOST_TEST(!a->got.back().has_value());
}

BOOST_AUTO_TEST_CASE(the_number_of_calls_at_one_time_is_limited)
{
    table t(2);
    std::vector<std::shared_ptr<receiver>> streams;
    std::vector<snapshot_calls::call_pointer> calls;
    const auto begun = [&] {
        t.loop.turn();
        std::string which;
        for (const auto& s : streams) {
            which.append(s->begun.empty() ? "-" : "x");
        }
        return which;
    };
    for (int i = 0; i < 5; ++i) {
        streams.push_back(std::make_shared<receiver>());
        calls.push_back(t.join(std::to_string(i), streams.back()).call);
    }
    BOOST_TEST(begun() == "xx---");
    t.calls->leave(calls[2]); // it never begins
    t.calls->finish(calls[0], outcome(1));
    BOOST_TEST(begun() == "xx-x-");
    bool cancelled = false;
    t.calls->on_start(calls[1], [&cancelled] { cancelled = true; });
    t.calls->leave(calls[1]);
    BOOST_TEST(cancelled);
    BOOST_TEST(begun() == "xx-x-"); // until the cancelled call has ended
    BOOST_TEST(!t.calls->finish(calls[1], outcome(1)));
    BOOST_TEST(begun() == "xx-xx");
}

BOOST_AUTO_TEST_CASE(another_stream_begins_the_call_if_the_first_one_has_ended)
{
    table t;
    auto gone = std::make_shared<receiver>();
    auto ended = std::make_shared<receiver>();
    const auto alive = std::make_shared<receiver>();
    const auto call = t.join("x", gone).call;
    t.join("x", ended);
    t.join("x", alive);
    gone.reset();
    t.calls->leave(call);
    ended->has_ended = true;
    t.loop.turn();
    BOOST_TEST(ended->begun.empty());
    t.calls->leave(call);
    ended.reset();
    t.loop.turn();
    t.loop.turn();
    BOOST_TEST(alive->begun.size() == 1U);
}

BOOST_AUTO_TEST_CASE(another_worker_begins_the_call_if_the_first_one_has_ended)
{
    for (const bool before : {true, false}) {
        table t;
        auto first = std::make_unique<manual_loop>();
        const auto a = std::make_shared<receiver>();
        const auto b = std::make_shared<receiver>();
        const auto blocker = std::make_shared<receiver>();
        if (before) { // the worker ends before the call can begin
            t.calls = std::make_shared<snapshot_calls>(1);
            const auto busy = t.join("busy", blocker).call;
            t.join("x", a, *first);
            t.join("x", b);
            first.reset();
            t.calls->finish(busy, outcome(1));
        } else { // the worker ends before it reads its mailbox
            t.join("x", a, *first);
            t.join("x", b);
            first.reset();
        }
        t.loop.turn();
        t.loop.turn();
        BOOST_TEST(a->begun.empty());
        BOOST_TEST(b->begun.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(no_worker_is_left)
{
    table t(1);
    auto first = std::make_unique<manual_loop>();
    const auto a = std::make_shared<receiver>();
    const auto b = std::make_shared<receiver>();
    t.join("x", a, *first);
    first.reset();
    BOOST_TEST(t.calls->size() == 0U);
    t.join("x", b);
    t.loop.turn();
    BOOST_TEST(b->begun.size() == 1U);
}

// The clients of several workers join one channel. Each worker runs in a thread of its own.
BOOST_AUTO_TEST_CASE(workers_share_a_call)
{
    snapshot_stage f;
    f.opened.close();
    std::vector<std::thread> threads;
    std::atomic<int> joined{0};
    std::atomic<bool> go{false};
    std::vector<std::string> got(4);
    std::mutex one_at_a_time; // the test framework is not thread-safe
    direct_client here(f.loop, f.route);
    f.turns();
    for (std::size_t i = 0; i < got.size(); ++i) {
        threads.emplace_back([&, i] {
            manual_loop loop;
            std::unique_lock lock(one_at_a_time);
            direct_client client(loop, f.route);
            lock.unlock();
            loop.turn();
            ++joined;
            while (!go) {
                std::this_thread::yield();
            }
            while (client.got().size() < std::string("state0 1 2").size()) {
                loop.turn();
                std::this_thread::yield();
            }
            got[i] = client.got();
            client.cut();
        });
    }
    while (joined != 4) {
        std::this_thread::yield();
    }
    f.publish(2);
    go = true;
    f.opened.open();
    f.turns();
    for (auto& t : threads) {
        t.join();
    }
    f.turns();
    BOOST_TEST(f.calls == 1);
    BOOST_TEST((got == std::vector<std::string>(4, "state0 1 2")));
    BOOST_TEST(here.got() == "state0 1 2");
    here.cut();
}

BOOST_AUTO_TEST_SUITE_END()
