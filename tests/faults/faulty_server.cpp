#include "faults/faulty_server.hpp"

#include <filesystem>
#include <fstream>
#include <rill/rill.hpp>
#include <stdexcept>
#include <unistd.h>
#include <utility>

#include "server/fixture.hpp"
#include "support/counted.hpp"

namespace rill_faults {

using namespace rill_test;

namespace {

/// A directory with one file.
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
    ~served_directory()
    {
        if (owner_ == ::getpid()) { // a forked worker must not remove the directory
            std::filesystem::remove_all(path_);
        }
    }

    const std::string& path() const { return path_; }

private:
    pid_t owner_ = ::getpid();
    std::string path_;
};

rill::awaitable<> three_events(rill::sse::event_stream& stream)
{
    const rill_test::counted here;
    rill::interval every{1ms};
    for (int i = 1; i <= 3; ++i) {
        co_await every.tick();
        co_await stream.send({.data = std::to_string(i), .id = i});
    }
}

rill::awaitable<> much_at_once(rill::sse::event_stream& stream)
{
    const rill_test::counted here;
    const std::string data(much, 'x');
    co_await stream.send(data);
    co_await stream.send("end");
}

rill::awaitable<> waits(rill::sse::event_stream& stream)
{
    const rill_test::counted here;
    co_await stream.send("begun");
    co_await rill::sleep_for(long_enough);
}

auto subscriber(const rill::pubsub::channel& news)
{
    return [news](rill::sse::event_stream& stream) -> rill::awaitable<> {
        const rill_test::counted here;
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
        const rill_test::counted here;
        co_await rill::sleep_for(1ms);
        co_return rill::response::text(r.body());
    });
    app.post("/upload", [](rill::body_reader body) -> rill::awaitable<std::string> {
        const rill_test::counted here;
        std::size_t bytes = 0;
        while (auto piece = co_await body.read()) {
            bytes += piece->size();
            co_await rill::sleep_for(1ms);
        }
        co_return std::to_string(bytes) + " bytes";
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

} // namespace

faulty_server::faulty_server(unsigned threads, report& told) : told_(told)
{
    rill::server_options options;
    options.port = 0;
    options.threads = threads;
    options.limits.write_timeout = options.limits.head_timeout = options.limits.body_timeout =
        options.limits.idle_timeout = options.drain_timeout = long_enough;
    options.limits.max_unsent_bytes = 16UL * 1024;
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

void faulty_server::start(rill::server_options options)
{
    const auto workers = options.threads;
    {
        const watched scope;
        server_ = std::make_unique<rill::server>(app(news_), std::move(options));
        if (const auto listening = server_->listen(); !listening) {
            told_.not_started = listening.error().message();
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
    // Waits until the server has started its threads, or has logged an error.
    BOOST_TEST(eventually([&] {
        const std::lock_guard lock(mutex_);
        return threads_started() + (told_.log.empty() ? 0U : 1U) == workers - 1;
    }));
}

} // namespace rill_faults
