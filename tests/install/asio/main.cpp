// The page docs/how-to/asio.md as one program, with clients that use all its routes.
// usage: asio_guide [REQUESTS [LOOK_UPS]]

// [asio-includes]
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <rill/rill.hpp>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using namespace std::chrono_literals;
// [asio-includes]

#include <atomic>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <thread>

// [asio-timer]
boost::asio::awaitable<rill::response> wait_a_moment(rill::request&)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 10ms);
    co_await timer.async_wait(asio::use_awaitable); // cancelled if the client disconnects
    co_return rill::response::text("waited\n");
}
// [asio-timer]

// [asio-names]
rill::awaitable<rill::response> look_up(rill::path<"host"> host)
{
    asio::ip::tcp::resolver resolver(co_await asio::this_coro::executor);
    const auto resolved = co_await resolver.async_resolve(*host, "80", asio::as_tuple(asio::use_awaitable));
    const auto& [ec, found] = resolved;
    if (ec) {
        co_return rill::to_response(rill::status::not_found, ec.message());
    }
    std::string addresses;
    for (const auto& entry : found) {
        addresses += entry.endpoint().address().to_string() + "\n";
    }
    co_return rill::response::text(addresses);
}
// [asio-names]

// [asio-upstream]
rill::awaitable<> copy_stream(std::string port, rill::response_writer& out)
{
    beast::tcp_stream upstream(co_await asio::this_coro::executor);
    asio::ip::tcp::resolver resolver(upstream.get_executor());
    const auto found = co_await resolver.async_resolve("127.0.0.1", port, asio::use_awaitable);
    upstream.expires_after(5s); // the operations below fail with beast::error::timeout after this time
    co_await upstream.async_connect(found, asio::use_awaitable);
    http::request<http::empty_body> request(http::verb::get, "/ticks", 11);
    request.set(http::field::host, "localhost");
    co_await http::async_write(upstream, request, asio::use_awaitable);

    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    while (!parser.is_done()) {
        upstream.expires_after(60s);
        co_await http::async_read_some(upstream, buffer, parser, asio::use_awaitable);
        auto& piece = parser.get().body();
        co_await out.write(piece);
        piece.clear();
    }
}

rill::response pass_on(rill::query<"port"> port)
{
    return rill::response::stream([port = *port](rill::response_writer& out) { return copy_stream(port, out); },
                                  "text/event-stream");
}
// [asio-upstream]

// [asio-offload]
std::size_t slow_hash(const std::string& text) // blocks its thread
{
    std::size_t hash = 0;
    for (int i = 0; i < 100; ++i) {
        hash = std::hash<std::string>()(text + std::to_string(hash));
    }
    return hash;
}

auto hash_on(asio::thread_pool& pool)
{
    return [&pool](rill::path<"text"> text) -> rill::awaitable<std::string> {
        const auto hash = co_await rill::offload(pool, [&] { return slow_hash(*text); });
        co_return std::to_string(hash) + "\n";
    };
}
// [asio-offload]

// [asio-pool]
rill::awaitable<std::size_t> hash_beside(std::string text) // runs on the pool
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 1us); // the pool's executor
    co_await timer.async_wait(asio::use_awaitable);
    co_return slow_hash(text);
}

auto spawn_on(asio::thread_pool& pool)
{
    return [&pool](rill::path<"text"> text) -> rill::awaitable<std::string> {
        auto work = hash_beside(*text);
        auto token = asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable);
        const auto hash = co_await asio::co_spawn(pool, std::move(work), token);
        co_return std::to_string(hash) + "\n"; // on the worker again
    };
}
// [asio-pool]

// [asio-parallel]
rill::awaitable<int> temperature(std::string city)
{
    co_await rill::sleep_for(5ms);
    co_return static_cast<int>(city.size());
}

rill::awaitable<std::string> two_cities()
{
    using namespace asio::experimental::awaitable_operators;
    const auto [one, other] = co_await (temperature("Oslo") && temperature("Rome"));
    co_return std::to_string(one) + " " + std::to_string(other) + "\n";
}
// [asio-parallel]

// [asio-deadline]
rill::awaitable<rill::response> in_time(rill::request&)
{
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer deadline(co_await asio::this_coro::executor, 1s);
    const auto first = co_await (temperature("Lima") || deadline.async_wait(asio::use_awaitable));
    if (first.index() == 1) {
        co_return rill::to_response(rill::status::gateway_timeout, "the thermometer is slow");
    }
    co_return rill::response::text(std::to_string(std::get<0>(first)) + "\n");
}
// [asio-deadline]

// The test: clients, and an upstream server that counts its streams.

namespace {

std::atomic<int> live = 0;

struct live_stream
{
    live_stream() { ++live; }
    live_stream(const live_stream&) = delete;
    live_stream& operator=(const live_stream&) = delete;
    ~live_stream() { --live; }
};

rill::awaitable<> ticks(rill::sse::event_stream& stream)
{
    live_stream here;
    rill::interval every{2ms};
    for (;;) {
        co_await every.tick();
        co_await stream.send("tick");
    }
}

rill::router app(asio::thread_pool& pool)
{
    rill::router app;
    app.get("/wait", wait_a_moment);
    app.get("/look-up/{host}", look_up);
    app.get("/pass-on", pass_on);
    app.get("/offload/{text}", hash_on(pool));
    app.get("/spawn/{text}", spawn_on(pool));
    app.get("/two", [] { return two_cities(); });
    app.get("/in-time", in_time);
    app.get("/ticks", rill::sse::endpoint(ticks));
    return app;
}

[[noreturn]] void fail(const std::string& why)
{
    std::printf("FAILED: %s\n", why.c_str());
    std::fflush(stdout);
    std::_Exit(1);
}

class client
{
public:
    explicit client(std::uint16_t port) : socket_(context_)
    {
        socket_.connect({asio::ip::address_v4::loopback(), port});
    }

    void ask(const std::string& target)
    {
        asio::write(socket_, asio::buffer("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    /// Reads until `text` arrives. Discards the bytes before it.
    void expect(const std::string& text)
    {
        boost::system::error_code ec;
        const auto size = asio::read_until(socket_, asio::dynamic_buffer(received_), text, ec);
        if (ec) {
            fail("no \"" + text + "\" (" + ec.message() + ") in: " + received_);
        }
        received_.erase(0, size);
    }

    void get(const std::string& target, const std::string& text)
    {
        ask(target);
        expect(text);
    }

private:
    asio::io_context context_;
    asio::ip::tcp::socket socket_;
    std::string received_;
};

/// Sends requests on 25 connections before it reads the first response.
void await_the_pool(std::uint16_t port, int requests)
{
    std::vector<std::unique_ptr<client>> clients;
    for (int i = 0; i < 25; ++i) {
        clients.push_back(std::make_unique<client>(port));
    }
    const auto answer = std::to_string(slow_hash("tea")) + "\n";
    for (int done = 0; done < requests; done += static_cast<int>(clients.size())) {
        for (auto& c : clients) {
            c->ask(done % 2 == 0 ? "/offload/tea" : "/spawn/tea");
        }
        for (auto& c : clients) {
            c->expect(answer);
        }
    }
}

void look_up_names(std::uint16_t port, int count)
{
    client c(port);
    for (int i = 0; i < count; ++i) {
        c.get("/look-up/127.0.0.1", "\r\n\r\n127.0.0.1\n");
    }
}

void leave_a_stream(std::uint16_t port)
{
    for (int i = 0; i < 20; ++i) {
        client c(port);
        c.get("/pass-on?port=" + std::to_string(port), "data: tick\n\n");
        c.expect("data: tick\n\n");
    }
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (live != 0) {
        if (std::chrono::steady_clock::now() > end) {
            fail("the upstream's streams go on without their clients");
        }
        std::this_thread::sleep_for(1ms);
    }
}

} // namespace

int main(int argc, char** argv)
{
    const int requests = argc > 1 ? std::atoi(argv[1]) : 100'000;
    const int look_ups = argc > 2 ? std::atoi(argv[2]) : 10'000;
    asio::thread_pool pool(2);
    rill::server_options options;
    options.port = 0;
    options.threads = 2;
    options.observer.log = [](rill::log_level level, std::string_view text) {
        if (level >= rill::log_level::warning) {
            fail(std::string(text));
        }
    };
    rill::server server(app(pool), options);
    if (!server.listen()) {
        fail("the server can't listen");
    }
    std::thread serving([&] { server.run(); });
    const auto port = server.port();

    std::thread one([&] { await_the_pool(port, requests / 2); });
    std::thread other([&] { await_the_pool(port, requests / 2); });
    look_up_names(port, look_ups);
    leave_a_stream(port);
    client c(port);
    c.get("/wait", "waited\n");
    c.get("/two", "\r\n\r\n4 4\n");
    c.get("/in-time", "\r\n\r\n4\n");
    one.join();
    other.join();

    server.stop();
    serving.join();
    pool.join();
    std::printf("%d requests awaited a thread pool, %d names were looked up: good\n", requests, look_ups);
    return 0;
}
