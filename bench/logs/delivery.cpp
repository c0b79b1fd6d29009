// Publishes over HTTP at a fixed rate to many topics with one stream each, and measures the time from when an event was
// due until its stream has received it. The URLs and the body are templates, so that it measures other servers, too:
// {} is the number of the topic, and {time} is the due time, which the event must contain.
//
// A request that the server does not answer in time delays the later ones of its publisher, but not their due times. So
// the result contains the time for which an event waits in the client.
#include <CLI/CLI.hpp>
#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <cstdio>
#include <deque>
#include <optional>
#include <rill/client/event_source.hpp>
#include <rill/client/http.hpp>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "harness/machine/process_stats.hpp"
#include "latency.hpp"
#include "robustness/resume/coroutine_group.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

struct settings
{
    std::string subscribe;
    std::string publish;
    std::string body = "{time}";
    std::string type = "text/plain";
    std::string header; // of a publish request, "Name: value"
    std::size_t streams = 1'000;
    std::size_t publishers = 16;
    double rate = 1'000;
    double seconds = 10;
    std::vector<pid_t> servers;
};

std::string fill(std::string text, std::string_view name, std::string_view value)
{
    for (auto at = text.find(name); at != text.npos; at = text.find(name, at + value.size())) {
        text.replace(at, name.size(), value);
    }
    return text;
}

// The due time stands between two '@'.
std::optional<clock_type::time_point> due_time(std::string_view data)
{
    const auto begin = data.find('@');
    std::int64_t value = 0;
    if (begin == data.npos ||
        std::from_chars(data.data() + begin + 1, data.data() + data.size(), value).ec != std::errc())
    {
        return {};
    }
    return clock_type::time_point(clock_type::duration(value));
}

class measurement
{
public:
    explicit measurement(settings s)
        : settings_(std::move(s)), http_({.response_timeout = 30s}),
          cancels_(settings_.streams + settings_.publishers + 1)
    {}

    bool run()
    {
        for (std::size_t i = 0; i != settings_.streams; ++i) {
            group_.start(follow(i), cancels_[i]);
        }
        group_.start(conduct(), cancels_.back());
        context_.run();
        print();
        return group_.failure().empty() && delivered_.count() == total();
    }

private:
    std::size_t total() const { return static_cast<std::size_t>(settings_.rate * settings_.seconds); }

    static rill::awaitable<> wait_until(clock_type::time_point when)
    {
        asio::steady_timer timer(co_await asio::this_coro::executor, when);
        co_await timer.async_wait(asio::use_awaitable);
    }

    rill::awaitable<> follow(std::size_t topic)
    {
        rill::client::event_source source({.url = fill(settings_.subscribe, "{}", std::to_string(topic))});
        bool is_known = false;
        for (;;) {
            const auto e = co_await source.next();
            if (!e) {
                throw std::runtime_error("a stream has ended: " + source.end()->message());
            }
            const auto due = due_time(e->data);
            if (due && *due >= begin_) {
                delivered_.add(clock_type::now() - *due);
            } else if (due && !std::exchange(is_known, true)) {
                ++ready_;
            }
        }
    }

    rill::awaitable<> post(std::size_t topic, clock_type::time_point due)
    {
        const auto number = std::to_string(topic);
        const auto time = "@" + std::to_string(due.time_since_epoch().count()) + "@";
        rill::client::request r(fill(settings_.publish, "{}", number), rill::verb::post,
                                fill(fill(settings_.body, "{}", number), "{time}", time));
        r.headers.set("Content-Type", settings_.type);
        if (const auto colon = settings_.header.find(": "); colon != settings_.header.npos) {
            r.headers.set(settings_.header.substr(0, colon), settings_.header.substr(colon + 2));
        }
        auto response = co_await http_.send(std::move(r));
        if (response) {
            const auto body = co_await response->read_all();
            failed_ += body && response->status() / 100 == 2 ? 0 : 1;
        } else {
            ++failed_;
        }
    }

    rill::awaitable<> publish(std::size_t publisher)
    {
        const std::chrono::duration<double> pause(1 / settings_.rate);
        for (auto i = publisher; i < total(); i += settings_.publishers) {
            const auto due = begin_ + std::chrono::duration_cast<clock_type::duration>(pause * static_cast<double>(i));
            co_await wait_until(due);
            co_await post(i % settings_.streams, due);
            responses_.add(clock_type::now() - due);
        }
    }

    // Publishes to each topic until its stream has received an event.
    rill::awaitable<> prepare()
    {
        while (ready_ != settings_.streams) {
            for (std::size_t i = 0; i != settings_.streams; ++i) {
                co_await post(i, clock_type::time_point(1ns));
            }
            co_await wait_until(clock_type::now() + 1s);
        }
    }

    rill::awaitable<> conduct()
    {
        co_await prepare();
        const auto cpu = bench::cpu_time_of(settings_.servers);
        begin_ = clock_type::now() + 100ms;
        for (std::size_t i = 0; i != settings_.publishers; ++i) {
            group_.start(publish(i), cancels_[settings_.streams + i]);
        }
        const auto end = begin_ + std::chrono::duration_cast<clock_type::duration>(
                                      std::chrono::duration<double>(settings_.seconds + 10));
        while (delivered_.count() < total() && clock_type::now() < end) {
            co_await wait_until(clock_type::now() + 10ms);
        }
        cpu_ = (bench::cpu_time_of(settings_.servers) - cpu).total;
        context_.stop();
    }

    void print() const
    {
        std::printf("%zu streams, %.0f events a second: %zu of %zu delivered, %zu requests failed\n", settings_.streams,
                    settings_.rate, delivered_.count(), total(), failed_);
        std::printf("due to delivery: %s\n", delivered_.text().c_str());
        std::printf("due to response: %s\n", responses_.text().c_str());
        if (!settings_.servers.empty()) {
            std::printf("CPU time of the servers: %.2f s\n", cpu_);
        }
        if (!group_.failure().empty()) {
            std::printf("failed: %s\n", group_.failure().c_str());
        }
    }

    settings settings_;
    asio::io_context context_{1};
    resume::coroutine_group group_{context_};
    rill::client::http http_;
    std::deque<asio::cancellation_signal> cancels_;
    clock_type::time_point begin_ = clock_type::time_point::max();
    latency delivered_;
    latency responses_;
    std::size_t ready_ = 0;
    std::size_t failed_ = 0;
    double cpu_ = 0;
};

} // namespace

int main(int argc, char** argv)
try {
    settings s;
    CLI::App app("Measures the delivery of events that are published over HTTP.");
    app.add_option("--subscribe", s.subscribe, "URL of the stream of topic {}")->required();
    app.add_option("--publish", s.publish, "URL to publish to topic {}")->required();
    app.add_option("--body", s.body, "body of a request, with {time} and {}")->capture_default_str();
    app.add_option("--type", s.type, "Content-Type of the body")->capture_default_str();
    app.add_option("--header", s.header, "header of the request, \"Name: value\"");
    app.add_option("--streams", s.streams, "number of topics and streams")->capture_default_str();
    app.add_option("--publishers", s.publishers, "maximum number of requests at one time")->capture_default_str();
    app.add_option("--rate", s.rate, "events a second")->capture_default_str();
    app.add_option("--seconds", s.seconds, "length of the measurement")->capture_default_str();
    app.add_option("--server", s.servers, "process ids whose CPU time is measured");
    CLI11_PARSE(app, argc, argv);
    return measurement(std::move(s)).run() ? 0 : 1;
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
