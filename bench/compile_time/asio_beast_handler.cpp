// The baseline of compare.sh: the same live stream, written with Boost.Asio and Beast as in the examples of Asio and
// Beast.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <string>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using namespace std::chrono_literals;

using tcp_stream = asio::use_awaitable_t<>::as_default_on_t<beast::tcp_stream>;
using acceptor = asio::use_awaitable_t<>::as_default_on_t<tcp::acceptor>;
using timer = asio::use_awaitable_t<>::as_default_on_t<asio::steady_timer>;

std::string now()
{
    return std::to_string(std::time(nullptr));
}

asio::awaitable<void> send_ticks(tcp_stream& stream)
{
    http::response<http::empty_body> head{http::status::ok, 11};
    head.set(http::field::content_type, "text/event-stream");
    head.set(http::field::cache_control, "no-cache");
    head.keep_alive(false);
    http::response_serializer<http::empty_body> serializer{head};
    co_await http::async_write_header(stream, serializer);

    timer every{stream.get_executor()};
    for (;;) {
        every.expires_after(2s);
        co_await every.async_wait();
        const std::string event = "data: " + now() + "\n\n";
        stream.expires_after(5s);
        co_await asio::async_write(stream, asio::buffer(event), asio::use_awaitable);
    }
}

asio::awaitable<void> refuse(tcp_stream& stream)
{
    http::response<http::string_body> response{http::status::not_found, 11};
    response.set(http::field::content_type, "text/plain");
    response.body() = "not found\n";
    response.keep_alive(false);
    response.prepare_payload();
    co_await http::async_write(stream, response);
}

asio::awaitable<void> session(tcp_stream stream)
{
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    stream.expires_after(10s);
    co_await http::async_read(stream, buffer, request);
    if (request.method() == http::verb::get && request.target() == "/ticks") {
        co_await send_ticks(stream);
    } else {
        co_await refuse(stream);
    }
}

asio::awaitable<void> listen(tcp::endpoint endpoint)
{
    acceptor listener{co_await asio::this_coro::executor, endpoint};
    for (;;) {
        auto socket = co_await listener.async_accept();
        asio::co_spawn(listener.get_executor(), session(tcp_stream(std::move(socket))), asio::detached);
    }
}

} // namespace

int main()
{
    asio::io_context context{1};
    asio::co_spawn(context, listen({asio::ip::address_v4::loopback(), 8080}), [](std::exception_ptr error) {
        if (error) {
            std::rethrow_exception(error);
        }
    });
    try {
        context.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
