#include "transport/virtual_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "transport/reactor.hpp"
#include "transport/stream_socket.hpp"

namespace virtual_socket_test {

namespace {

using rill::transport::reactor;
using rill::transport::readiness;
using rill::transport::stream_socket;
using rill::transport::virtual_socket;

/// Records the calls.
struct recorder final : virtual_socket
{
    ~recorder() override = default;
    rill::result<std::size_t> write_some(std::initializer_list<std::string_view> pieces) noexcept override
    {
        for (const auto piece : pieces) {
            calls.emplace_back(piece);
        }
        return 7;
    }
    rill::result<std::size_t> read_some(char* into, std::size_t size) noexcept override
    {
        *into = 'r';
        return size;
    }
    std::size_t unread_bytes() noexcept override { return 1; }
    std::size_t unacknowledged_bytes() noexcept override { return 2; }
    void set_tcp_user_timeout(std::chrono::milliseconds limit) noexcept override
    {
        calls.push_back("timeout " + std::to_string(limit.count()));
    }
    void limit_unsent(std::size_t bytes) noexcept override { calls.push_back("unsent " + std::to_string(bytes)); }
    void finish_sending() noexcept override { calls.emplace_back("finish"); }
    void reset_on_close() noexcept override { calls.emplace_back("reset"); }
    void close() noexcept override { calls.emplace_back("close"); }
    std::string peer_address() override { return "here"; }
    rill::error_code watch(reactor& to, void* target) override
    {
        to.report(target, {.readable = true});
        return {};
    }
    void unwatch() noexcept override { calls.emplace_back("unwatch"); }

    std::vector<std::string> calls;
};

} // namespace

} // namespace virtual_socket_test

BOOST_AUTO_TEST_SUITE(virtual_socket_test)

BOOST_AUTO_TEST_CASE(a_descriptor_of_the_kernel_is_none)
{
    BOOST_TEST(!virtual_socket::names(0));
    BOOST_TEST(!virtual_socket::names(1'000'000'000));
    BOOST_TEST(stream_socket(5).number() == 5);
}

BOOST_AUTO_TEST_CASE(numbers_are_small_and_used_again)
{
    recorder a;
    recorder b;
    const int first = a.open();
    BOOST_TEST(virtual_socket::names(first));
    BOOST_TEST(stream_socket(first).number() == 0);
    BOOST_TEST(stream_socket(b.open()).number() == 1);
    a.release();
    BOOST_TEST(a.number() == -1);
    recorder c;
    BOOST_TEST(stream_socket(c.open()).number() == 0);
    recorder d;
    BOOST_TEST(stream_socket(d.open(100)).number() == 100);
    BOOST_TEST(&virtual_socket::at(d.number()) == &d);
}

BOOST_AUTO_TEST_CASE(a_stream_socket_passes_every_call_on)
{
    recorder to;
    const stream_socket socket(to.open());
    BOOST_TEST(socket.write_some("one").value() == 7U);
    BOOST_TEST(socket.write_some({"two", "three"}).value() == 7U);
    char byte = 0;
    BOOST_TEST(socket.read_some(&byte, 1).value() == 1U);
    BOOST_TEST(byte == 'r');
    BOOST_TEST(socket.unread_bytes() == 1U);
    BOOST_TEST(socket.unacknowledged_bytes() == 2U);
    socket.prepare({.tcp_user_timeout = std::chrono::milliseconds(30)});
    socket.limit_unsent(40);
    socket.finish_sending();
    socket.reset_on_close();
    socket.close();
    BOOST_TEST(socket.peer_address() == "here");
    const std::vector<std::string> all{"one", "two", "three", "timeout 30", "unsent 40", "finish", "reset", "close"};
    BOOST_TEST(to.calls == all);
}

BOOST_AUTO_TEST_CASE(the_reactor_lets_it_report)
{
    boost::asio::io_context io;
    int reports = 0;
    reactor r(io, [](void* target, readiness what) { *static_cast<int*>(target) += what.readable ? 1 : 0; });
    recorder socket;
    const int descriptor = socket.open();
    BOOST_TEST(!r.add(descriptor, &reports));
    BOOST_TEST(reports == 1);
    r.remove(descriptor);
    BOOST_TEST(socket.calls.back() == "unwatch");
}

BOOST_AUTO_TEST_SUITE_END()
