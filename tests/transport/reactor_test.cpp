#include "transport/reactor.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "support/loopback.hpp"
#include "transport/stream_socket.hpp"

using rill::transport::reactor;
using rill::transport::readiness;
using rill_test::loopback;

BOOST_AUTO_TEST_SUITE(reactor_test)

namespace {

struct target
{
    readiness seen{};
    int calls = 0;
    std::function<void(readiness)> then;

    static void on_ready(void* self, readiness what)
    {
        auto& t = *static_cast<target*>(self);
        ++t.calls;
        t.seen.readable |= what.readable;
        t.seen.writable |= what.writable;
        t.seen.peer_finished |= what.peer_finished;
        t.seen.broken |= what.broken;
        if (t.then) {
            t.then(what);
        }
    }
};

struct fixture
{
    boost::asio::io_context context{1};
    reactor events{context, &target::on_ready};

    template <class Condition>
    void run_until(Condition condition)
    {
        context.restart();
        for (int i = 0; i < 1000 && !condition(); ++i) {
            context.run_one_for(std::chrono::seconds(30));
        }
        BOOST_REQUIRE(condition());
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_new_connection_is_writable)
{
    fixture f;
    const loopback pair;
    target t;
    BOOST_REQUIRE(!f.events.add(pair.server, &t));
    f.run_until([&] { return t.seen.writable; });
    BOOST_TEST(!t.seen.readable);
    BOOST_TEST(!t.seen.peer_finished);
    BOOST_TEST(!t.seen.broken);
}

BOOST_AUTO_TEST_CASE(input_before_the_registration_is_reported)
{
    fixture f;
    const loopback pair;
    pair.client_sends("early");
    target t;
    BOOST_REQUIRE(!f.events.add(pair.server, &t));
    f.run_until([&] { return t.seen.readable; });
    BOOST_TEST(!t.seen.peer_finished);
}

BOOST_AUTO_TEST_CASE(each_arrival_is_reported_without_a_read)
{
    fixture f;
    const loopback pair;
    target t;
    BOOST_REQUIRE(!f.events.add(pair.server, &t));
    f.run_until([&] { return t.calls != 0; });
    for (int i = 0; i < 3; ++i) {
        t.seen = {};
        pair.client_sends("x");
        f.run_until([&] { return t.seen.readable; });
        BOOST_TEST(!t.seen.peer_finished);
    }
    BOOST_TEST(rill::transport::stream_socket(pair.server).unread_bytes() == 3U);
}

BOOST_AUTO_TEST_CASE(fin_is_reported_after_unread_input)
{
    fixture f;
    loopback pair;
    target t;
    BOOST_REQUIRE(!f.events.add(pair.server, &t));
    pair.client_sends("unread");
    f.run_until([&] { return t.seen.readable; });
    pair.close_client();
    f.run_until([&] { return t.seen.peer_finished; });
    BOOST_TEST(!t.seen.broken);
}

BOOST_AUTO_TEST_CASE(rst_is_reported_as_broken)
{
    fixture f;
    loopback pair;
    target t;
    BOOST_REQUIRE(!f.events.add(pair.server, &t));
    f.run_until([&] { return t.calls != 0; });
    pair.reset_client();
    f.run_until([&] { return t.seen.broken; });
    BOOST_TEST(t.seen.readable); // a reset completes a wait for input, too
}

BOOST_AUTO_TEST_CASE(a_full_buffer_is_reported_writable_again)
{
    fixture f;
    const loopback pair;
    target t;
    BOOST_REQUIRE(!f.events.add(pair.server, &t));
    f.run_until([&] { return t.seen.writable; });
    const std::string large(1 << 20, 'x');
    while (rill::transport::stream_socket(pair.server).write_some(large).value() != 0) {
    }
    t.seen = {};
    f.context.restart();
    std::vector<char> buffer(1 << 20);
    for (int i = 0; i < 1000 && !t.seen.writable; ++i) {
        static_cast<void>(::recv(pair.client, buffer.data(), buffer.size(), MSG_DONTWAIT));
        f.context.run_one_for(std::chrono::milliseconds(20));
    }
    BOOST_TEST(t.seen.writable);
}

BOOST_AUTO_TEST_CASE(more_connections_than_one_turn_handles)
{
    fixture f;
    std::vector<std::unique_ptr<loopback>> pairs;
    std::vector<target> targets(300);
    for (auto& t : targets) {
        pairs.push_back(std::make_unique<loopback>());
        BOOST_REQUIRE(!f.events.add(pairs.back()->server, &t));
    }
    f.run_until(
        [&] { return std::all_of(targets.begin(), targets.end(), [](const target& t) { return t.seen.writable; }); });
    for (const auto& pair : pairs) {
        pair->close_client();
    }
    f.run_until([&] {
        return std::all_of(targets.begin(), targets.end(), [](const target& t) { return t.seen.peer_finished; });
    });
}

BOOST_AUTO_TEST_CASE(after_an_exception_the_other_targets_are_reported)
{
    fixture f;
    std::vector<std::unique_ptr<loopback>> pairs;
    std::vector<target> targets(3);
    for (auto& t : targets) {
        pairs.push_back(std::make_unique<loopback>());
        BOOST_REQUIRE(!f.events.add(pairs.back()->server, &t));
        t.then = [](readiness) { throw std::runtime_error("from a completion handler"); };
    }
    // epoll reports an edge only once. Each target must get its report, even if another target throws.
    BOOST_CHECK_THROW(f.run_until([&] { return false; }), std::runtime_error);
    for (auto& t : targets) {
        t.then = nullptr;
        BOOST_TEST(t.calls == 1);
    }
    // The reactor still works.
    pairs[1]->client_sends("x");
    f.run_until([&] { return targets[1].seen.readable; });
}

BOOST_AUTO_TEST_CASE(a_removed_socket_is_not_reported_while_another_process_has_it_open)
{
    fixture f;
    loopback pair;
    target t;
    const int of_a_child = ::dup(pair.server); // fork() duplicates descriptors in the same way
    BOOST_REQUIRE(!f.events.add(pair.server, &t));
    f.run_until([&] { return t.calls == 1; });
    f.events.remove(pair.server);
    pair.close_server();
    pair.client_sends("x");
    const loopback other; // its event arrives after the event of the removed socket
    target last;
    BOOST_REQUIRE(!f.events.add(other.server, &last));
    f.run_until([&] { return last.seen.writable; });
    BOOST_TEST(t.calls == 1);
    ::close(of_a_child);
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_epoll_refuses_is_an_error)
{
    fixture f;
    target t;
    BOOST_TEST(f.events.add(-1, &t).value() == EBADF);
    const loopback pair;
    BOOST_REQUIRE(!f.events.add(pair.server, &t));
    BOOST_TEST(f.events.add(pair.server, &t).value() == EEXIST);
}

BOOST_AUTO_TEST_SUITE_END()
