#include "testing/memory_transport.hpp"

#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>

#include "support/manual_loop.hpp"
#include "testing/application.hpp"
#include "testing/session.hpp"

namespace testing_memory_transport_test {

namespace {

namespace asio = boost::asio;
namespace testing = rill::testing;
using rill::error_code;
using rill::result;

/// A transport to a session. The functions run both event loops.
struct fixture
{
    fixture() : fixture(testing::options()) {}
    explicit fixture(testing::options options)
        : session(std::make_shared<testing::detail::session>(rill_test::application(), std::move(options))),
          transport(std::in_place, loop.context, session)
    {}
    ~fixture() { session->close(); }
    fixture(const fixture&) = delete;
    fixture& operator=(const fixture&) = delete;

    void run()
    {
        for (int i = 0; i < 100; ++i) {
            loop.context.restart();
            loop.context.poll();
            session->run_turn(); // unlike run_ready(), it allows that the server does not exist any more
        }
    }

    static rill::awaitable<> do_read(testing::detail::memory_transport& t, std::string& into,
                                     std::optional<error_code>& out)
    {
        std::array<char, 1000> bytes{};
        const auto read = co_await t.read_some(asio::buffer(bytes));
        out = read ? error_code() : read.error();
        into.append(bytes.data(), read.value_or(0));
    }

    void start_read()
    {
        ended.reset();
        asio::co_spawn(loop.context, do_read(*transport, received, ended),
                       asio::bind_cancellation_slot(cancel.slot(), asio::detached));
        run();
    }

    static rill::awaitable<> do_write(testing::detail::memory_transport& t, std::string text,
                                      std::optional<error_code>& out)
    {
        const std::array<asio::const_buffer, 1> buffers{asio::buffer(text)};
        const auto wrote = co_await t.write(buffers);
        out = wrote ? error_code() : wrote.error();
    }

    /// The server does not run.
    void start_write(std::string text)
    {
        written.reset();
        asio::co_spawn(loop.context, do_write(*transport, std::move(text), written), asio::detached);
        loop.turn();
    }

    rill_test::manual_loop loop;
    std::shared_ptr<testing::detail::session> session;
    std::optional<testing::detail::memory_transport> transport;
    asio::cancellation_signal cancel;
    std::string received;
    std::optional<error_code> ended;   // of the read
    std::optional<error_code> written; // of the write
};

constexpr auto hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

} // namespace

} // namespace testing_memory_transport_test

BOOST_FIXTURE_TEST_SUITE(testing_memory_transport_test, testing_memory_transport_test::fixture)

BOOST_AUTO_TEST_CASE(a_read_waits_for_bytes)
{
    start_read();
    BOOST_TEST(!ended.has_value());
    start_write(hello);
    BOOST_TEST((written == error_code()));
    run();
    BOOST_TEST((ended == error_code()));
    BOOST_TEST(received.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(received.ends_with("hello"));
    BOOST_TEST(transport->is_idle());
}

BOOST_AUTO_TEST_CASE(the_end_is_eof)
{
    start_write("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    run();
    BOOST_TEST(!transport->is_idle()); // bytes have arrived
    start_read();
    start_read();
    BOOST_TEST((ended == asio::error::eof));
    BOOST_TEST(!transport->is_idle());
}

BOOST_AUTO_TEST_CASE(cancellation_and_close_end_a_read)
{
    start_read();
    cancel.emit(asio::cancellation_type::terminal);
    run();
    BOOST_TEST((ended == asio::error::operation_aborted));
    start_read();
    transport->close();
    run();
    BOOST_TEST((ended == asio::error::operation_aborted));
    start_read();
    BOOST_TEST((ended == asio::error::operation_aborted));
    BOOST_TEST(session->context().connections() == 0U); // the server has received FIN
}

BOOST_AUTO_TEST_CASE(the_end_of_the_server_ends_a_read)
{
    start_read();
    session->close();
    run();
    BOOST_TEST((ended == asio::error::eof || ended == asio::error::connection_reset));
}

BOOST_AUTO_TEST_CASE(a_pending_read_ends_with_its_event_loop)
{
    start_read();
    BOOST_TEST(!ended.has_value());
} // LeakSanitizer finds a coroutine that remains

BOOST_AUTO_TEST_CASE(a_fault_resets_the_connection)
{
    fixture f({.faults = testing::fault::cut_after(20)});
    f.start_write(hello);
    f.start_read();
    BOOST_TEST(f.received.size() == 20U);
    f.start_read();
    BOOST_TEST((f.ended == asio::error::connection_reset));
}

BOOST_AUTO_TEST_CASE(a_write_waits_for_a_server_that_does_not_read)
{
    run();
    start_write("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100003\r\n\r\n" + std::string(100'000, 'x'));
    BOOST_TEST((written == error_code()));
    start_write("end");
    BOOST_TEST(!written.has_value());
    run();
    BOOST_TEST((written == error_code()));
    while (!received.ends_with("end")) {
        start_read();
        BOOST_REQUIRE((ended == error_code()));
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_the_server_ends_a_write)
{
    run();
    start_write("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100003\r\n\r\n" + std::string(100'000, 'x'));
    start_write("end");
    session->close();
    run();
    BOOST_TEST((written == asio::error::broken_pipe));
}

BOOST_AUTO_TEST_SUITE_END()
