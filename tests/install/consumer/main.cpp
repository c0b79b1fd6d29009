// A complete application of a user with routes, a stream, a channel and a server. A client checks the responses.
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

rill::awaitable<> count(rill::sse::event_stream& stream)
{
    rill::interval every{1ms};
    for (int n = 1; n <= 3; ++n) {
        co_await every.tick();
        const std::string text = std::to_string(n);
        co_await stream.send({.data = text});
    }
}

std::string fetch(std::uint16_t port, const std::string& path)
{
    namespace asio = boost::asio;
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), port});
    asio::write(socket, asio::buffer("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    std::string answer;
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(answer), end);
    return answer;
}

bool expect(const std::string& answer, const std::string& text)
{
    if (answer.find(text) != std::string::npos) {
        return true;
    }
    std::printf("no \"%s\" in:\n%s\n", text.c_str(), answer.c_str());
    return false;
}

// Sends the first event after the Last-Event-ID of the client, and ends the stream.
auto last_of(const rill::pubsub::channel& news)
{
    return [news](rill::sse::event_stream& stream) -> rill::awaitable<> {
        auto events = news.subscribe(stream.last_event_id());
        if (const auto event = co_await events.next()) {
            co_await stream.send(event);
        }
    };
}

} // namespace

int main()
{
    rill::router app;
    app.get("/count", rill::sse::endpoint(count));
    rill::pubsub::channel news({.history = 1});
    if (!news.publish("old") || !news.publish("new")) {
        return 1;
    }
    app.get("/news", rill::sse::endpoint(last_of(news)));
    app.get("/news/live", rill::sse::endpoint(news));
    app.get("/metrics", rill::ops::metrics());
    app.get("/hello", [] { return rill::response::text("hello"); });

    rill::server server(std::move(app), {.port = 0});
    if (const auto listening = server.listen(); !listening) {
        std::printf("%s\n", listening.error().message().c_str());
        return 1;
    }
    std::thread worker([&] { server.run(); });
    const std::string hello = fetch(server.port(), "/hello");
    const std::string events = fetch(server.port(), "/count");
    const std::string latest = fetch(server.port(), "/news");
    const std::string figures = fetch(server.port(), "/metrics");
    server.stop();
    worker.join();

    const bool good = expect(hello, "hello") && expect(events, "data: 3\n\n") && expect(latest, "data: new\n") &&
                      expect(figures, "rill_");
    std::printf("%s\n", good ? "the consumer works" : "the consumer fails");
    return good ? 0 : 1;
}
