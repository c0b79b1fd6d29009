#include "faults/exchange.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <rill/pubsub.hpp>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <utility>

#include "server/fixture.hpp"
#include "support/client.hpp"

namespace rill_faults {

using namespace rill_test;

namespace {

constexpr std::size_t much = 512UL * 1024; // more than the kernel takes at once
constexpr std::size_t file_size = 200'000; // more than one piece
const auto long_enough = 1h;               // for nothing to be ended by a timeout that a fault has stopped

std::atomic<long> guards{0};

struct guard
{
    guard() { ++guards; }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;
    ~guard() { --guards; }
};

/// A directory with one file in it.
class served_directory
{
public:
    served_directory() : path_("/tmp/rill-faults-" + std::to_string(::getpid()))
    {
        std::filesystem::create_directory(path_);
        std::ofstream(path_ + "/file.txt") << std::string(file_size, 'f');
    }
    served_directory(const served_directory&) = delete;
    served_directory& operator=(const served_directory&) = delete;
    ~served_directory() { std::filesystem::remove_all(path_); }

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

rill::awaitable<> three_events(rill::sse::event_stream& stream)
{
    const guard here;
    rill::interval every{1ms};
    for (int i = 1; i <= 3; ++i) {
        co_await every.tick();
        co_await stream.send({.data = std::to_string(i), .id = i});
    }
}

rill::awaitable<> much_at_once(rill::sse::event_stream& stream)
{
    const guard here;
    const std::string data(much, 'x');
    co_await stream.send(data);
    co_await stream.send("end");
}

rill::awaitable<> waits(rill::sse::event_stream& stream)
{
    const guard here;
    co_await stream.send("begun");
    co_await rill::sleep_for(long_enough);
}

auto subscriber(const rill::pubsub::channel& news)
{
    return [news](rill::sse::event_stream& stream) -> rill::awaitable<> {
        const guard here;
        auto events = news.subscribe();
        co_await stream.send("begun");
        while (auto e = co_await events.next()) {
            co_await stream.send(e);
        }
    };
}

rill::router app(rill::pubsub::channel& news)
{
    static const served_directory directory;
    static constexpr std::string_view farewell = "data: farewell\n\n";
    rill::router app;
    app.get("/hello", [] { return "hello"; });
    app.post("/echo", [](rill::request& r) -> rill::awaitable<rill::response> {
        const guard here;
        co_await rill::sleep_for(1ms);
        co_return rill::response::text(r.body());
    });
    app.get("/files/{path...}", rill::static_files(directory.path()));
    app.get("/events", rill::sse::endpoint(three_events, {.retry = 1s}));
    app.get("/much", rill::sse::endpoint(much_at_once));
    app.get("/waits/{how}", rill::sse::endpoint(waits));
    app.get("/bystander", rill::sse::endpoint(subscriber(news), {.farewell = std::string(farewell)}));
    app.get("/news", rill::sse::endpoint(news, {.farewell = std::string(farewell)}));
    app.post("/news", [news](rill::request& r) mutable { return news.publish(r.body()); });
    return app;
}

/// A server in a thread of its own whose calls may fail.
class faulty_server
{
public:
    faulty_server(unsigned threads, report& told) : told_(told)
    {
        rill::server_options options;
        options.port = 0;
        options.threads = threads;
        options.limits.write_timeout = options.limits.head_timeout = options.limits.body_timeout =
            options.limits.idle_timeout = options.drain_timeout = long_enough;
        options.limits.unsent_bytes = 16UL * 1024;
        options.observer.log = [this](rill::log_level level, std::string_view text) {
            if (level >= rill::log_level::warning) {
                const std::lock_guard lock(mutex_);
                told_.log.append(text).append("\n");
            }
        };
        options.observer.on_stream_opened = [this](const rill::observer::stream_opened& opened) {
            const std::lock_guard lock(mutex_);
            ++told_.streams_opened;
            targets_[opened.id] = opened.target;
        };
        options.observer.on_stream_closed = [this](const rill::observer::stream_closed& closed) {
            const std::lock_guard lock(mutex_);
            told_.reasons[targets_[closed.id]].emplace_back(to_string(closed.reason));
        };
        try {
            start(std::move(options));
        } catch (const std::exception& e) {
            told_.thrown = e.what();
        }
    }
    faulty_server(const faulty_server&) = delete;
    faulty_server& operator=(const faulty_server&) = delete;
    ~faulty_server()
    {
        const watched scope;
        server_.reset();
    }

    explicit operator bool() const { return thread_.joinable(); }

    void begin_stop()
    {
        const watched scope;
        server_->stop();
    }
    void join() { thread_.join(); }

    rill::pubsub::channel& news() { return news_; }
    std::uint16_t port() const { return server_->port(); }
    std::size_t connections() const { return server_->connections(); }
    rill::server_load load() const { return server_->load(); }

private:
    void start(rill::server_options options)
    {
        const auto workers = options.threads;
        {
            const watched scope;
            server_ = std::make_unique<rill::server>(app(news_), std::move(options));
            if (const auto listening = server_->listen(); !listening) {
                told_.not_started = listening.error();
                return;
            }
        }
        thread_ = std::thread([this] {
            const watched scope;
            try {
                server_->run();
            } catch (const std::exception& e) {
                told_.thrown = e.what();
            }
        });
        BOOST_TEST(eventually([&] { // that it has started its threads, or has said why it can't
            const std::lock_guard lock(mutex_);
            return threads_started() + (told_.log.empty() ? 0U : 1U) == workers - 1;
        }));
    }

    report& told_;
    rill::pubsub::channel news_;
    std::mutex mutex_;
    std::map<std::uint64_t, std::string> targets_;
    std::unique_ptr<rill::server> server_;
    std::thread thread_;
};

outcome seen(bool right)
{
    return right ? outcome::right : outcome::wrong;
}

/// The worse of two.
outcome both(outcome a, outcome b)
{
    return std::max(a, b);
}

/// What a client has of a stream: exactly these events, or fewer of them and a broken end.
outcome expect_events(client& c, const std::vector<std::string>& data)
{
    for (const auto& each : data) {
        const auto e = c.event();
        if (!e) {
            return outcome::broken;
        }
        if (e->data != each) {
            return outcome::wrong;
        }
    }
    return outcome::right;
}

outcome expect_body(client& c, std::string_view body)
{
    const auto text = c.body();
    return c.status() == 200 ? seen(text == body) : outcome::broken;
}

template <class Part>
outcome attempt(const Part& part)
{
    try {
        return part();
    } catch (const std::runtime_error&) { // the client's: its connection is broken
        return outcome::broken;
    }
}

/// One exchange, part by part.
class exchange
{
public:
    exchange(faulty_server& server, report& told) : server_(server), told_(told) {}

    void run()
    {
        part(state::bystander, [this] { return bystander_begins(); });
        lasting_ = told_.parts[state::bystander] == outcome::right ? 1 : 0;
        part(state::request, [this] { return plain_requests(); });
        part(state::chunked, [this] { return chunked_request(); });
        part(state::file, [this] { return file(); });
        part(state::stream, [this] { return stream(); });
        part(state::blocked, [this] { return blocked_stream(); });
        part(state::resume, [this] { return resumed_stream(); });
        part(state::broadcast, [this] { return broadcast(); });
        part(state::leave, [this] { return clients_leave(); });
        part(state::after, [this] { return second_request(); });
        enter(state::drain);
        told_.parts[state::drain] = drain();
    }

private:
    /// A part's connections are closed, also in the server, before the next one begins.
    template <class Part>
    void part(state s, const Part& body)
    {
        enter(s);
        told_.parts[s] = attempt(body);
        if (s != state::bystander && !eventually([&] { return server_.connections() <= lasting_; })) {
            told_.stayed = name_of(s);
        }
    }

    outcome events_of(state s, client& c, const std::vector<std::string>& data)
    {
        const auto result = expect_events(c, data);
        told_.has_all_events[s] = result == outcome::right;
        return result;
    }

    outcome bystander_begins()
    {
        first_id_ = server_.news().publish("one").value();
        server_.news().publish("two").value();
        auto c = std::make_unique<client>(server_.port());
        c->get("/bystander");
        const auto begun = events_of(state::bystander, *c, {"begun"});
        if (begun == outcome::right) {
            bystander_ = std::move(c);
        }
        return begun;
    }

    outcome plain_requests()
    {
        client c(server_.port());
        c.request("POST", "/echo", {}, "a body");
        const auto first = expect_body(c, "a body");
        if (first != outcome::right) {
            return first;
        }
        c.get("/hello");
        return expect_body(c, "hello");
    }

    outcome chunked_request()
    {
        raw_client c(server_.port());
        c.send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
               "Connection: close\r\n\r\n");
        if (!c.read_until("HTTP/1.1 100 Continue\r\n\r\n")) {
            return outcome::broken;
        }
        c.forget();
        c.send("5\r\nfirst\r\n7\r\n second\r\n0\r\n\r\n");
        if (!c.read_to_end() || c.received().find("\r\n\r\nfirst second") == std::string::npos) {
            return outcome::broken;
        }
        return seen(c.received().starts_with("HTTP/1.1 200 ") && c.received().ends_with("\r\n\r\nfirst second"));
    }

    outcome file()
    {
        client c(server_.port());
        c.get("/files/file.txt");
        return expect_body(c, std::string(file_size, 'f'));
    }

    outcome stream()
    {
        client c(server_.port());
        c.get("/events");
        const auto events = events_of(state::stream, c, {"1", "2", "3"});
        if (events != outcome::right) {
            return events;
        }
        if (c.event()) {
            return outcome::wrong;
        }
        // On the same connection; which is closed behind a stream whose last bytes had to wait.
        const auto again = attempt([&] {
            c.get("/hello");
            return expect_body(c, "hello");
        });
        return again == outcome::broken ? second_request() : again;
    }

    outcome blocked_stream()
    {
        client c(server_.port());
        c.get("/much");
        const auto events = events_of(state::blocked, c, {std::string(much, 'x'), "end"});
        return events == outcome::right && c.event() ? outcome::wrong : events;
    }

    outcome resumed_stream()
    {
        client c(server_.port());
        c.get("/news", "Last-Event-ID: " + first_id_ + "\r\n");
        return events_of(state::resume, c, {"two"});
    }

    outcome broadcast()
    {
        client reader(server_.port());
        reader.get("/news");
        if (!eventually([&] { return server_.news().subscribers() == lasting_ + 1; })) {
            return outcome::wrong;
        }
        client publisher(server_.port());
        publisher.request("POST", "/news", {}, "three");
        publisher.body();
        return publisher.status() == 200 ? events_of(state::broadcast, reader, {"three"}) : outcome::broken;
    }

    outcome clients_leave()
    {
        raw_client finishes(server_.port());
        finishes.get("/waits/fin");
        raw_client resets(server_.port());
        resets.get("/waits/rst");
        const bool both = finishes.read_until("begun") && resets.read_until("begun");
        if (both) { // bytes behind a stream's request are looked at, before the FIN behind them
            finishes.try_send("GET");
            static_cast<void>(eventually([] { return times_made(state::leave, call::ioctl) != 0; }));
        }
        resets.reset();
        return both ? outcome::right : outcome::broken;
    }

    outcome second_request()
    {
        client c(server_.port());
        c.get("/hello");
        return expect_body(c, "hello");
    }

    outcome drain()
    {
        std::unique_ptr<client> idle;
        std::unique_ptr<client> reader;
        const auto before = attempt([&] {
            idle = std::make_unique<client>(server_.port());
            idle->get("/hello");
            return expect_body(*idle, "hello");
        });
        const auto joined = attempt([&] {
            reader = std::make_unique<client>(server_.port());
            reader->get("/news");
            return outcome::right;
        });
        server_.begin_stop();
        const auto farewell = attempt([&] {
            if (joined != outcome::right) {
                return joined;
            }
            const auto events = expect_events(*reader, {"farewell"});
            return events == outcome::right && reader->event() ? outcome::wrong : events;
        });
        return both(both(before, joined), both(farewell, attempt([&] { return bystander_ends(); })));
    }

    /// It has seen all, and that nothing more comes.
    outcome bystander_ends()
    {
        if (!bystander_) {
            return outcome::right;
        }
        if (told_.parts[state::broadcast] != outcome::right) { // which may have been published all the same
            while (bystander_->event()) {
            }
            return outcome::right;
        }
        const auto events = expect_events(*bystander_, {"three", "farewell"});
        return events == outcome::right && bystander_->event() ? outcome::wrong : events;
    }

    faulty_server& server_;
    report& told_;
    std::string first_id_;
    std::size_t lasting_ = 0; ///< connections
    std::unique_ptr<client> bystander_;
};

} // namespace

report run_exchange(unsigned threads)
{
    report told;
    const auto descriptors = open_descriptors();
    {
        faulty_server server(threads, told);
        if (server) {
            exchange(server, told).run();
            server.join();
            told.connections_at_end = server.connections();
            told.streams_at_end = server.load().streams;
            told.queued_bytes_at_end = server.load().queued_bytes;
        }
    }
    told.guards = guards;
    // Not more than before: a sanitizer may have a file open for a moment.
    static_cast<void>(eventually([descriptors] { return open_descriptors() <= descriptors; }, 1s));
    told.descriptors = std::max(0L, static_cast<long>(open_descriptors()) - static_cast<long>(descriptors));
    return told;
}

} // namespace rill_faults
