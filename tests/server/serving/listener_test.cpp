#include "server/serving/listener.hpp"

#include <atomic>
#include <cerrno>
#include <memory>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "server/fixture.hpp"

namespace {

std::atomic<int> accept_error{0}; ///< the error of accept4(); 0: a real call

} // namespace

// Replaces the function of the C library in the whole test program.
extern "C" int accept4(int socket, sockaddr* address, socklen_t* length, int flags)
{
    if (const int error = accept_error) {
        errno = error;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_accept4, socket, address, length, flags));
}

BOOST_AUTO_TEST_SUITE(listener_test)

namespace {

using namespace rill_test;

rill::awaitable<rill::response> greets(rill::request&)
{
    co_return rill::response::text("hello");
}

} // namespace

BOOST_AUTO_TEST_CASE(a_failed_accept_is_retried_and_logged_once)
{
    for (const int error : {EMFILE, ENFILE, ENOMEM, ENOBUFS}) {
        running_server server(greets);
        BOOST_TEST(fetch(server, "/hello") == "hello");
        accept_error = error;
        std::vector<std::unique_ptr<raw_client>> waiting;
        for (int i = 0; i < 5; ++i) {
            waiting.push_back(std::make_unique<raw_client>(server.port()));
            waiting.back()->get("/hello");
        }
        BOOST_TEST(eventually([&] { return server.stats().accept_pauses >= 3; }));
        accept_error = 0;
        for (auto& c : waiting) {
            BOOST_TEST(c->read_until("\r\n\r\nhello"));
        }
        const auto log = server.log();
        BOOST_TEST_CONTEXT(log)
        {
            BOOST_TEST(log.starts_with("cannot accept connections for now: "));
            BOOST_TEST(log.find('\n') == log.size() - 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_disconnect_before_accept_does_not_cause_a_pause)
{
    running_server server(greets);
    accept_error = ECONNABORTED;
    raw_client c(server.port());
    c.get("/hello");
    BOOST_TEST(eventually([&] { return server.stats().accept_failures != 0; }));
    accept_error = 0;
    BOOST_TEST(c.read_until("\r\n\r\nhello"));
    BOOST_TEST(server.stats().accept_pauses == 0U);
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_SUITE_END()
