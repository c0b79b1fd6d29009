// A channel over real sockets and with two workers. Clients disconnect and reconnect at random. Each client gets every
// event exactly once.

#include "server/fixture.hpp"

#include <charconv>
#include <fcntl.h>
#include <random>
#include <rill/pubsub.hpp>

#include "support/lines.hpp"
#include "support/whole.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(broadcast)

namespace {

// 500 clients read 10,000 events each, which is five million in total.
const auto events = whole_or<std::uint64_t>(10'000, 5);

/// One of many clients. It reads the available bytes, and stores only its position.
class counting_client
{
public:
    explicit counting_client(std::uint16_t port) : port_(port) {}
    counting_client(const counting_client&) = delete;
    counting_client& operator=(const counting_client&) = delete;
    ~counting_client() { cut(); }

    void connect()
    {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port_);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        BOOST_REQUIRE_EQUAL(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        const auto request =
            "GET /events HTTP/1.1\r\nHost: test\r\nLast-Event-ID: " + std::to_string(last_) + "\r\n\r\n";
        BOOST_REQUIRE_EQUAL(::send(socket_, request.data(), request.size(), MSG_NOSIGNAL),
                            static_cast<ssize_t>(request.size()));
        line_.clear();
    }

    /// Returns false at the end of the stream.
    bool read()
    {
        char buffer[16384];
        const auto count = ::recv(socket_, buffer, sizeof buffer, MSG_DONTWAIT);
        if (count <= 0) {
            return count < 0 && errno == EAGAIN;
        }
        line_.append(buffer, static_cast<std::size_t>(count));
        take_lines(line_, [this](std::string_view line) { on_line(line); });
        return true;
    }

    void cut()
    {
        if (socket_ >= 0) {
            ::close(std::exchange(socket_, -1));
        }
    }

    int socket() const { return socket_; }
    std::uint64_t last() const { return last_; }
    std::size_t errors() const { return errors_; }

private:
    void on_line(std::string_view line)
    {
        if (line.starts_with("event:")) {
            ++errors_; // a gap or dropped notice is an error
        }
        has_data_ = has_data_ || line.starts_with("data:"); // data arrives before the id
        if (!line.starts_with("id: ")) {
            return;
        }
        std::uint64_t id = 0;
        std::from_chars(line.data() + 4, line.data() + line.size(), id);
        const auto expected = std::exchange(has_data_, false) ? last_ + 1 : 0; // an id without data marks the begin
        errors_ += id == expected ? 0 : 1;
        last_ = id;
    }

    std::uint16_t port_;
    int socket_ = -1;
    std::string line_;
    bool has_data_ = false;
    std::uint64_t last_ = 0;
    std::size_t errors_ = 0;
};

rill::router app(const pubsub::channel& channel)
{
    rill::router app;
    app.get("/events", rill::sse::endpoint(channel));
    app.get("/handled", rill::sse::endpoint([channel](rill::sse::event_stream& stream) -> rill::awaitable<> {
                auto news = channel.subscribe(stream.last_event_id());
                while (auto e = co_await news.next()) {
                    co_await stream.send(e);
                }
            }));
    return app;
}

pubsub::channel counted(pubsub::channel_options options)
{
    return pubsub::channel(std::move(options), std::make_shared<pubsub::memory_backplane>(
                                                   pubsub::memory_backplane::settings{.first_id = 1}));
}

void publish_all(pubsub::channel channel)
{
    for (std::uint64_t i = 1; i <= events; ++i) {
        if (!channel.publish("x")) {
            return;
        }
        if (i % 25 == 0) {
            std::this_thread::sleep_for(5ms); // slow enough that most cuts happen during a stream
        }
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(clients_that_reconnect_at_random_get_every_event)
{
    auto channel = counted(
        {.replay = {.max_events = 2 * events, .max_bytes = 64UL * 1024 * 1024}, .backlog = {.max_events = events}});
    running_server server(app(channel), {.threads = 2});
    std::vector<std::unique_ptr<counting_client>> clients;
    for (int i = 0; i < 500; ++i) {
        clients.push_back(std::make_unique<counting_client>(server.port()));
        clients.back()->connect();
    }
    std::thread publisher(publish_all, channel);
    std::mt19937 random(1);
    std::vector<pollfd> ready(clients.size());
    const auto deadline = std::chrono::steady_clock::now() + 300s;
    auto next_cut = std::chrono::steady_clock::now();
    std::size_t cuts = 0;
    std::size_t behind = clients.size();
    while (behind != 0 && std::chrono::steady_clock::now() < deadline) {
        for (std::size_t i = 0; i < clients.size(); ++i) {
            ready[i] = {clients[i]->socket(), POLLIN, 0};
        }
        ::poll(ready.data(), ready.size(), 100);
        behind = 0;
        for (std::size_t i = 0; i < clients.size(); ++i) {
            if (ready[i].revents != 0 && !clients[i]->read()) {
                clients[i]->cut(); // the server evicted the client; it reconnects
                clients[i]->connect();
            }
            behind += clients[i]->last() < events ? 1 : 0;
        }
        if (std::chrono::steady_clock::now() >= next_cut && cuts < 3'000) {
            next_cut += 1ms;
            auto& client = *clients[random() % clients.size()];
            client.cut();
            client.connect();
            ++cuts;
        }
    }
    publisher.join();
    BOOST_TEST(behind == 0U);
    BOOST_TEST(cuts > 0U);
    for (const auto& client : clients) {
        BOOST_REQUIRE_EQUAL(client->errors(), 0U);
        BOOST_REQUIRE_EQUAL(client->last(), events);
    }
    BOOST_TEST(channel.stats().published == events);
    clients.clear();
    BOOST_TEST(eventually([&] { return channel.subscribers() == 0; }));
}

BOOST_AUTO_TEST_CASE(the_policy_ends_a_frozen_reader_without_delay_for_others)
{
    std::atomic<int> evicted{0};
    auto channel = counted({.replay = {.max_events = 64, .max_bytes = 16UL * 1024 * 1024},
                            .backlog = {.max_events = 16, .max_bytes = 1024 * 1024},
                            .on_slow = [&](const pubsub::slow_stream& s) { evicted += s.evicted ? 1 : 0; }});
    running_server server(app(channel));
    raw_client frozen(server.port(), 4096);
    frozen.get("/events");
    raw_client healthy(server.port());
    healthy.get("/events");
    BOOST_REQUIRE(eventually([&] { return channel.subscribers() == 2; }));
    const std::string large(64 * 1024, 'x');
    int published = 0;
    while (evicted == 0 && published < 10'000) {
        BOOST_REQUIRE(channel.publish(large).has_value());
        ++published;
        BOOST_REQUIRE(healthy.read_until("id: " + std::to_string(published) + "\n"));
        healthy.forget();
    }
    BOOST_TEST(evicted == 1);
    BOOST_TEST(eventually([&] { return !server.reasons().empty(); }));
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::evicted}));
    BOOST_TEST(channel.stats().evicted_slow == 1U);
    BOOST_TEST(channel.stats().unsent_bytes == 0U);
}

// A batch of large events. The kernel accepts it in pieces of any size.
BOOST_AUTO_TEST_CASE(a_slow_reader_gets_every_byte)
{
    auto channel = counted({.replay = {.max_events = 1000, .max_bytes = 64UL * 1024 * 1024},
                            .backlog = {.max_events = 1000, .max_bytes = 64UL * 1024 * 1024}});
    running_server server(app(channel));
    for (const auto* target : {"/events", "/handled"}) {
        raw_client slow(server.port(), 4096);
        slow.get(target);
        BOOST_REQUIRE(eventually([&] { return channel.subscribers() == 1; }));
        std::uint64_t last = 0;
        for (int i = 0; i < 100; ++i) {
            last = std::stoull(channel.publish(std::string(30'000, 'x')).value());
        }
        BOOST_TEST(slow.read_until("id: " + std::to_string(last) + "\n"));
        BOOST_TEST(std::count(slow.received().begin(), slow.received().end(), 'x') >= 3'000'000);
        std::size_t at = 0;
        for (auto id = last - 99; id <= last; ++id) {
            at = slow.received().find("id: " + std::to_string(id) + "\n", at);
            BOOST_REQUIRE_NE(at, std::string::npos);
        }
        slow.close();
        BOOST_REQUIRE(eventually([&] { return channel.subscribers() == 0; }));
    }
}

BOOST_AUTO_TEST_CASE(a_shutdown_ends_streams_with_and_without_a_coroutine)
{
    auto channel = counted({});
    {
        running_server server(app(channel), {.threads = 2});
        raw_client direct(server.port());
        raw_client handled(server.port());
        direct.get("/events");
        handled.get("/handled");
        BOOST_REQUIRE(eventually([&] { return channel.subscribers() == 2; }));
        BOOST_REQUIRE(channel.publish("x").has_value());
        BOOST_TEST(direct.read_until("id: 1\n"));
        BOOST_TEST(handled.read_until("id: 1\n"));
        server.stop();
        BOOST_TEST(direct.read_to_end());
        BOOST_TEST(handled.read_to_end());
    }
    BOOST_TEST(channel.subscribers() == 0U);
    BOOST_TEST(channel.publish("nobody is there").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
