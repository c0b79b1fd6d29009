// A peer for benchmarks: the two endpoints with Boost.Beast alone. It has a coroutine per connection, as the examples
// of Beast do. Compared with this peer, rill shows the cost of the framework.

#include <CLI/CLI.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;
using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

std::string event_now()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return "data: " + std::to_string(std::chrono::nanoseconds(now).count()) + "\n\n";
}

/// The shared tick of all streams with the same period.
class broadcaster
{
public:
    broadcaster(const asio::any_io_executor& executor, milliseconds period)
        : period_(period), next_(executor, steady_clock::time_point::max())
    {
        asio::co_spawn(executor, run(), asio::detached);
    }

    /// Returns the event of the next tick. A coroutine that is still busy with an earlier event at that time misses the
    /// event.
    asio::awaitable<std::shared_ptr<const std::string>> next()
    {
        boost::system::error_code cancelled; // a tick cancels the timer to wake all waiting coroutines
        co_await next_.async_wait(asio::redirect_error(use_awaitable, cancelled));
        co_return event_;
    }

private:
    static std::uint64_t microseconds_since_1970()
    {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
    }

    asio::awaitable<void> run()
    {
        asio::steady_timer timer(next_.get_executor(), steady_clock::now());
        for (;;) {
            timer.expires_at(timer.expiry() + period_);
            co_await timer.async_wait(use_awaitable);
            event_ = std::make_shared<const std::string>("id: " + std::to_string(id_++) + "\n" + event_now());
            next_.cancel();
        }
    }

    milliseconds period_;
    asio::steady_timer next_; ///< never expires; a tick cancels it
    std::shared_ptr<const std::string> event_;
    std::uint64_t id_ = microseconds_since_1970();
};

using broadcasters = std::map<milliseconds, broadcaster>; ///< by period

asio::awaitable<void> begin_stream(beast::tcp_stream& stream)
{
    http::response<http::empty_body> head(http::status::ok, 11);
    head.set(http::field::content_type, "text/event-stream");
    head.set(http::field::cache_control, "no-cache, no-transform");
    head.set("X-Accel-Buffering", "no");
    head.chunked(true);
    http::response_serializer<http::empty_body> serializer(head);
    co_await http::async_write_header(stream, serializer, use_awaitable);
}

asio::awaitable<void> ticks(beast::tcp_stream& stream, milliseconds period)
{
    co_await begin_stream(stream);
    asio::steady_timer timer(stream.get_executor(), steady_clock::now());
    for (;;) {
        const auto event = event_now();
        co_await asio::async_write(stream, http::make_chunk(asio::buffer(event)), use_awaitable);
        timer.expires_at(timer.expiry() + period);
        co_await timer.async_wait(use_awaitable);
    }
}

asio::awaitable<void> broadcast(beast::tcp_stream& stream, broadcasters& all, milliseconds period)
{
    auto& source = all.try_emplace(period, stream.get_executor(), period).first->second;
    co_await begin_stream(stream);
    for (;;) {
        const auto event = co_await source.next();
        co_await asio::async_write(stream, http::make_chunk(asio::buffer(*event)), use_awaitable);
    }
}

/// Returns the N of "PATH?ms=N". Returns zero if the target is another one.
milliseconds period_of(std::string_view target, std::string_view path)
{
    constexpr std::string_view query = "?ms=";
    int ms = 0;
    if (target.starts_with(path) && target.substr(path.size()).starts_with(query)) {
        const auto digits = target.substr(path.size() + query.size());
        std::from_chars(digits.data(), digits.data() + digits.size(), ms);
    }
    return milliseconds(ms < 1 || ms > 86'400'000 ? 0 : ms);
}

asio::awaitable<void> serve(beast::tcp_stream stream, broadcasters& all)
{
    stream.socket().set_option(tcp::no_delay(true));
    beast::flat_buffer buffer;
    for (;;) {
        http::request<http::string_body> request;
        stream.expires_after(30s);
        co_await http::async_read(stream, buffer, request, use_awaitable);
        stream.expires_never();
        if (const auto period = period_of(request.target(), "/ticks"); period != 0ms) {
            co_await ticks(stream, period);
        }
        if (const auto period = period_of(request.target(), "/broadcast"); period != 0ms) {
            co_await broadcast(stream, all, period);
        }
        http::response<http::empty_body> response(http::status::not_found, request.version());
        response.keep_alive(request.keep_alive());
        response.prepare_payload();
        co_await http::async_write(stream, response, use_awaitable);
        if (!response.keep_alive()) {
            co_return;
        }
    }
}

asio::awaitable<void> listen(tcp::endpoint at, broadcasters& all)
{
    const auto executor = co_await asio::this_coro::executor;
    tcp::acceptor acceptor(executor, at);
    for (;;) {
        auto socket = co_await acceptor.async_accept(use_awaitable);
        // asio::detached ignores exceptions. They mean that the client has disconnected.
        asio::co_spawn(executor, serve(beast::tcp_stream(std::move(socket)), all), asio::detached);
    }
}

} // namespace

int main(int argc, char** argv)
{
    std::uint16_t port = 0;
    CLI::App cli("Streams timestamps by Boost.Beast alone");
    cli.add_option("--port", port, "port to listen on")->required();
    CLI11_PARSE(cli, argc, argv);

    asio::io_context context(1);
    broadcasters all;
    const auto rethrow = [](const std::exception_ptr& failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    };
    asio::co_spawn(context, listen({asio::ip::address_v4::loopback(), port}, all), rethrow);
    try {
        context.run();
    } catch (const std::exception& failure) {
        std::cerr << "beast: " << failure.what() << '\n';
        return 1;
    }
}
