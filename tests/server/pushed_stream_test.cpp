// A streamed body without a coroutine. Other code writes to it, its pieces are shared, and it ends with its connection.

#include "server/memory_fixture.hpp"

#include <algorithm>
#include <rill/core/mailbox.hpp>

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(pushed_stream)

namespace {

/// Gives the test access to the stream.
struct stage
{
    int alive = 0;
    rill::close_reason last = rill::close_reason::open;
    rill::detail::stream_writer* out = nullptr;
    rill::mailbox::address worker;
    rill::stream_policy policy;
    bool throws = false;
    memory_server* server = nullptr;

    /// Calls `f` from the event loop of the worker.
    void run(std::function<void(rill::detail::stream_writer&)> f)
    {
        BOOST_REQUIRE(worker.post([&] { f(*out); }));
        server->kit().run_ready();
    }
};

class pushed_body final : public rill::streaming_body
{
public:
    explicit pushed_body(stage& s) : stage_(s) { ++stage_.alive; }
    ~pushed_body() override
    {
        if (out_ != nullptr) {
            stage_.last = out_->reason();
        }
        stage_.out = nullptr;
        --stage_.alive;
    }

    rill::awaitable<> start(rill::response_writer& out) override
    {
        if (stage_.throws) {
            throw std::runtime_error("no");
        }
        out_ = &out;
        out.set_policy(stage_.policy);
        stage_.out = &rill::detail::stream_writer::of(out);
        return {};
    }

private:
    stage& stage_;
    rill::response_writer* out_ = nullptr;
};

rill::router app(stage& s)
{
    rill::router app;
    app.get("/", [&s](rill::request&) -> rill::awaitable<rill::response> {
        const auto executor = co_await rill::asio::this_coro::executor;
        s.worker = rill::mailbox::of(executor).get_address();
        rill::response answer;
        answer.set_body(std::make_unique<pushed_body>(s));
        co_return answer;
    });
    app.get("/text", [] { return rill::response::text("text"); });
    return app;
}

struct fixture
{
    stage s;
    memory_server server;

    explicit fixture(rill::stream_policy policy = {.farewell = "bye"}) : s{.policy = std::move(policy)}, server(app(s))
    {
        s.server = &server;
    }

    void open(memory_client& c)
    {
        c.get("/");
        BOOST_REQUIRE(s.out != nullptr);
    }
    bool ended(rill::close_reason reason)
    {
        return server.reaches([&] { return s.alive == 0 && server.connections() == 0; }) && s.last == reason;
    }
};

rill::shared_chunk piece(std::string_view text)
{
    return rill::shared_chunk::copy_of(text);
}

} // namespace

BOOST_AUTO_TEST_CASE(pieces_arrive_as_chunks)
{
    fixture f;
    memory_client c(f.server);
    f.open(c);
    f.s.run([](rill::detail::stream_writer& out) {
        BOOST_TEST((out.put(piece("one")) == rill::detail::write_state::sent));
        BOOST_TEST((out.put(rill::shared_chunk()) == rill::detail::write_state::sent));
        out.put(piece("0123456789abcdefg"));
    });
    BOOST_TEST(c.read_until("3\r\none\r\n11\r\n0123456789abcdefg\r\n"));
    c.close();
    BOOST_TEST(f.ended(rill::close_reason::peer_closed));
}

BOOST_AUTO_TEST_CASE(http_1_0_gets_the_pieces_without_chunks)
{
    fixture f;
    memory_client c(f.server);
    c.send("GET / HTTP/1.0\r\n\r\n");
    BOOST_REQUIRE(f.s.out != nullptr);
    f.s.run([](rill::detail::stream_writer& out) {
        out.put(piece("one"));
        out.end(rill::close_reason::handler_returned);
    });
    BOOST_TEST(c.read_to_end());
    BOOST_TEST(c.received().ends_with("\r\n\r\none"));
}

// The kernel accepts a part of the piece. The rest is queued without a copy, and later chunks follow in order.
BOOST_AUTO_TEST_CASE(a_slow_client_gets_everything_in_order)
{
    fixture f;
    memory_client c(f.server);
    c.stop_reading();
    f.open(c);
    const auto large = piece(std::string(8 * 1024 * 1024, 'x'));
    int written = 0;
    f.s.run([&](rill::detail::stream_writer& out) {
        BOOST_TEST((out.put(large) == rill::detail::write_state::queued));
        BOOST_TEST((out.put(piece("behind")) == rill::detail::write_state::queued));
        BOOST_TEST((out.put("bytes") == rill::detail::write_state::queued));
        out.when_written([&](rill::error_code ec) { written = ec ? -1 : 1; });
    });
    BOOST_TEST(written == 0);
    BOOST_TEST(c.read_until("x\r\n6\r\nbehind\r\n5\r\nbytes\r\n"));
    BOOST_TEST(std::count(c.received().begin(), c.received().end(), 'x') == 8 * 1024 * 1024);
    BOOST_TEST(written == 1);
    f.s.run([](rill::detail::stream_writer& out) { out.put(piece("then")); });
    BOOST_TEST(c.read_until("4\r\nthen\r\n"));
}

BOOST_AUTO_TEST_CASE(after_a_stream_the_connection_handles_the_next_request)
{
    fixture f;
    memory_client c(f.server);
    for (int i = 0; i < 3; ++i) {
        f.open(c);
        f.s.run([](rill::detail::stream_writer& out) {
            out.put(piece("all"));
            out.end(rill::close_reason::handler_returned);
            out.end(rill::close_reason::evicted); // has no effect after the first end()
        });
        BOOST_TEST(c.read_until("3\r\nall\r\n0\r\n\r\n"));
        BOOST_TEST(f.server.reaches([&] { return f.s.alive == 0; }));
        BOOST_TEST((f.s.last == rill::close_reason::handler_returned));
        c.forget();
        c.get("/text");
        BOOST_TEST(c.read_until("text"));
        c.forget();
    }
}

BOOST_AUTO_TEST_CASE(an_evicted_stream_is_reset)
{
    fixture f;
    memory_client c(f.server);
    f.open(c);
    f.s.run([](rill::detail::stream_writer& out) {
        out.end(rill::close_reason::evicted);
        BOOST_TEST((out.put(piece("too late")) == rill::detail::write_state::closed));
    });
    BOOST_TEST(!c.read_to_end());
    BOOST_TEST(f.ended(rill::close_reason::evicted));
    BOOST_TEST((f.server.reasons() == std::vector{rill::close_reason::evicted}));
}

BOOST_AUTO_TEST_CASE(a_reset_with_full_buffers_ends_the_stream)
{
    fixture f;
    memory_client c(f.server);
    c.stop_reading();
    f.open(c);
    f.s.run([](rill::detail::stream_writer& out) {
        out.put(piece(std::string(8 * 1024 * 1024, 'x')));
        out.when_written([](rill::error_code) {});
    });
    c.reset();
    BOOST_TEST(f.server.reaches([&] { return f.s.alive == 0; }));
    BOOST_TEST(f.server.reaches([&] { return f.server.connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(the_write_timeout_ends_a_stream_that_is_not_read)
{
    fixture f({.write_timeout = 50ms});
    memory_client c(f.server);
    c.stop_reading();
    f.open(c);
    f.s.run([](rill::detail::stream_writer& out) { out.put(piece(std::string(8 * 1024 * 1024, 'x'))); });
    BOOST_TEST(f.ended(rill::close_reason::write_timeout));
}

BOOST_AUTO_TEST_CASE(heartbeats_are_sent_while_the_stream_is_quiet)
{
    fixture f({.heartbeat = 5ms, .filler = "beat"});
    memory_client c(f.server);
    f.open(c);
    BOOST_TEST(c.read_until("4\r\nbeat\r\n4\r\nbeat\r\n"));
}

BOOST_AUTO_TEST_CASE(a_shutdown_sends_the_farewell)
{
    fixture f;
    memory_client c(f.server);
    f.open(c);
    f.server.begin_stop();
    BOOST_TEST(c.read_until("3\r\nbye\r\n0\r\n\r\n"));
    BOOST_TEST(f.ended(rill::close_reason::drained));
}

BOOST_AUTO_TEST_CASE(a_half_close_before_the_stream_begins_ends_it)
{
    fixture f;
    memory_client c(f.server);
    c.get("/");
    c.half_close();
    BOOST_TEST(
        f.server.reaches([&] { return f.server.connections() == 0 && f.s.alive == 0 && !f.server.reasons().empty(); }));
}

BOOST_AUTO_TEST_CASE(a_start_that_throws_ends_the_stream)
{
    fixture f;
    f.s.throws = true;
    memory_client c(f.server);
    c.get("/");
    c.read_to_end();
    BOOST_TEST(f.server.reaches([&] { return !f.server.reasons().empty(); }));
    BOOST_TEST((f.server.reasons() == std::vector{rill::close_reason::handler_error}));
    BOOST_TEST(f.s.alive == 0);
}

BOOST_AUTO_TEST_SUITE_END()
