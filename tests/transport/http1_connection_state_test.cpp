// The parts of a connection's state that do not depend on a phase.

#include "transport/http1_connection_state.hpp"

#include <boost/test/unit_test.hpp>

#include "support/counted.hpp"
#include "transport/stage.hpp"

using namespace rill_test;
using rill::close_reason;
using namespace rill::transport;

BOOST_AUTO_TEST_SUITE(http1_connection_state_test)

namespace {

// A connection without phases. It stores the messages that it gets.
class idle_connection final : public http1_connection_state
{
public:
    idle_connection(worker_context& worker, stream_socket socket)
        : http1_connection_state(worker, socket, operations_of_kind)
    {}
    ~idle_connection() = default;

    using http1_connection_state::advance;
    using http1_connection_state::body;
    using http1_connection_state::check_peer_later;
    using http1_connection_state::current_request;
    using http1_connection_state::release_stream;
    using http1_connection_state::schedule;
    using http1_connection_state::set_body;
    using http1_connection_state::set_current_request;
    using http1_connection_state::set_peer;

    int calls = 0;
    next_step step() const { return pending_.step; }
    bool checks_peer() const { return pending_.check_peer; }
    void set_producer(rill::transport::producer now) { producer_ = now; }
    void take_stream_slot() { has_stream_slot_ = worker_.admission.admit_stream(socket_, "192.0.2.1"); }

private:
    void on_blocked() override {}
    void on_unblocked() override {}
    void on_broken(close_reason) override {}

    static const connection_operations operations_of_kind;
};

const connection_operations idle_connection::operations_of_kind{
    {[](rill::timer_node&, rill::error_code) {}},
    [](connection&, readiness) {},
    [](connection& c) { ++static_cast<idle_connection&>(c).calls; },
    [](connection&) {},
    [](connection&) {},
    [](const connection&) { return false; },
    [](const connection&) { return stream_report(); },
    [](const connection&, const rill::detail::spawned_coroutine&) { return false; },
    [](const connection&) { return std::string(); },
    [](connection&, close_reason) {},
    [](connection&, const rill::stream_predicate&, close_reason) { return false; },
};

struct fixture
{
    stage s{rill::handler{}};
    loopback pair;
    std::unique_ptr<idle_connection> c;

    fixture()
    {
        const int socket = pair.release_server();
        s.worker.reserve(socket);
        c = std::make_unique<idle_connection>(s.worker, stream_socket(socket));
    }
};

struct counted_body final : rill::streaming_body
{
    counted here;
    rill::awaitable<> start(rill::response_writer&) override { return {}; }
};

} // namespace

BOOST_AUTO_TEST_CASE(the_peer_state_only_moves_forward)
{
    fixture f;
    BOOST_TEST((f.c->peer_state() == peer::open));
    f.c->set_peer(peer::broken);
    f.c->set_peer(peer::finished);
    BOOST_TEST((f.c->peer_state() == peer::broken));
}

BOOST_AUTO_TEST_CASE(several_messages_cause_one_call)
{
    fixture f;
    f.c->schedule(next_step::close);
    f.c->check_peer_later();
    f.c->schedule(next_step::destroy);
    BOOST_TEST(f.c->calls == 0);
    f.s.turn();
    BOOST_TEST(f.c->calls == 1);
    BOOST_TEST((f.c->step() == next_step::destroy)); // the last message counts
    BOOST_TEST(f.c->checks_peer());
}

BOOST_AUTO_TEST_CASE(cancel_without_a_producer_does_nothing)
{
    fixture f;
    f.c->cancel(close_reason::drained);
    f.c->end(close_reason::evicted);
    BOOST_TEST((f.c->reason() == close_reason::open));
    f.c->set_producer(producer::external);
    f.c->cancel(close_reason::drained);
    f.c->cancel(close_reason::evicted);
    BOOST_TEST((f.c->reason() == close_reason::drained));
    BOOST_TEST((f.c->step() == next_step::end_stream));
    f.c->set_producer(producer::none);
}

BOOST_AUTO_TEST_CASE(a_connection_has_either_a_request_or_a_body)
{
    fixture f;
    request_in_work current;
    f.c->set_current_request(&current);
    BOOST_TEST((f.c->current_request() == &current));
    BOOST_TEST((f.c->body() == nullptr));
    BOOST_TEST(f.c->name() == "a connection of 127.0.0.1");
    const rill::request r(rill::verb::get, "/path");
    current.handled = &r;
    BOOST_TEST(f.c->name() == "a handler of /path");
    auto body = std::make_unique<counted_body>();
    auto* raw = body.get();
    f.c->set_body(std::move(body), working_memory::pending_stream);
    BOOST_TEST((f.c->body() == raw));
    BOOST_TEST((f.c->current_request() == nullptr));
    f.c->set_current_request(nullptr); // does not change the body
    BOOST_TEST((f.c->body() == raw));
    f.c->set_body(nullptr);
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(the_destructor_releases_everything)
{
    fixture f;
    f.c->take_stream_slot();
    f.c->set_body(std::make_unique<counted_body>());
    f.c->schedule(next_step::close);
    BOOST_TEST(f.s.shared_capacity.streams == 1U);
    BOOST_TEST(f.s.worker.connections() == 1U);
    f.c.reset();
    BOOST_TEST(f.s.shared_capacity.streams == 0U);
    BOOST_TEST(f.s.worker.connections() == 0U);
    BOOST_TEST(counted::alive() == 0);
    f.s.turn(); // the destructor has removed the connection from the list
}

BOOST_AUTO_TEST_SUITE_END()
