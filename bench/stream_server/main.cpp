// The server that the benchmarks measure. It has the usual coroutine loop for each stream, and the usual broadcast.
//
//     GET /ticks?ms=N        the first event comes at once, then one event every N ms
//     GET /broadcast?ms=N    one event every N ms for all streams with this N, beginning with the next tick
//
// The data of an event is CLOCK_REALTIME in nanoseconds, as decimal digits. For a load with large events:
//
//     GET /broadcast?ms=N&bytes=M          The same, with a comment of M characters before the data of each event.
//     GET /broadcast/stats?ms=N&bytes=M    The counters of the channel since its start, as JSON.
//
// For a load with many topics of one hub:
//
//     GET /topics/{topic}?of=T&us=N&bytes=M    one of the topics 0 to T-1: an event every N us, whose ids increase by T
//     GET /topics/stats?of=T&us=N&bytes=M      the counters of the hub, as JSON
// With --heartbeat, the streams of /ticks and /broadcast have this heartbeat instead of the default.
// With --publish-token, POST /hub/{topic} publishes its body, and GET /hub/{topic} is a stream of the topic.

#include <CLI/CLI.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <mutex>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <stdexcept>

#include "logs/store.hpp"
#include "timestamp.hpp"
#include "topic_feeds.hpp"

namespace asio = boost::asio;

namespace {

using period = rill::query<"ms", rill::bounded<int, 1, 86'400'000>, 1000>;
using padding = rill::query<"bytes", rill::bounded<int, 0, 65'536>, 0>;

rill::awaitable<> ticks(rill::sse::event_stream& stream, period ms)
{
    rill::interval every{std::chrono::milliseconds(ms)};
    for (;;) {
        co_await stream.send(now_ns());
        co_await every.tick();
    }
}

/// A channel and its publisher. The publisher is a coroutine of the worker that received the first request for the
/// channel.
class broadcast
{
public:
    broadcast(std::chrono::milliseconds ms, int bytes, rill::executor worker,
              const rill::sse::endpoint_options& options)
        : padding_(static_cast<std::size_t>(bytes), '.'),
          handler_(rill::make_handler(rill::sse::endpoint(channel_, options)))
    {
        if (!rill::spawn(worker, run(ms))) {
            throw std::runtime_error("the worker has ended");
        }
    }

    const rill::handler& handler() const { return handler_; }
    rill::pubsub::channel_stats stats() const { return channel_.stats(); }

private:
    bool publish()
    {
        const auto now = now_ns();
        rill::sse::event e{.data = std::string_view(now)};
        if (!padding_.empty()) {
            e.comment = padding_;
        }
        return channel_.publish(e).has_value();
    }

    // Each event has a due time. A late event is published at once. Therefore the average rate is correct until the CPU
    // is fully used.
    rill::awaitable<> run(std::chrono::milliseconds ms)
    {
        auto next = std::chrono::steady_clock::now();
        do {
            next += ms;
            const auto left = next - std::chrono::steady_clock::now();
            if (left.count() > 0) {
                co_await rill::sleep_for(left);
            } else {
                co_await asio::post(asio::deferred);
            }
        } while (publish());
    }

    rill::pubsub::channel channel_;
    const std::string padding_;
    rill::handler handler_;
};

std::string to_json(const rill::pubsub::channel_stats& s)
{
    return boost::json::serialize(boost::json::object{{"published", s.published},
                                                      {"delivered", s.delivered},
                                                      {"dropped", s.dropped},
                                                      {"evicted_slow", s.evicted_slow},
                                                      {"evicted_full", s.evicted_full},
                                                      {"timed_out", s.timed_out},
                                                      {"subscribers", s.subscribers},
                                                      {"held_bytes", s.held_bytes},
                                                      {"unsent_bytes", s.unsent_bytes}});
}

/// One broadcast for each requested combination of period and padding.
class broadcasts
{
public:
    explicit broadcasts(rill::sse::endpoint_options options) : options_(std::move(options)) {}

    rill::awaitable<rill::response> join(period ms, padding bytes, rill::request& r)
    {
        const auto* found = find_or_make({ms, bytes}, co_await asio::this_coro::executor);
        if (found == nullptr) {
            co_return rill::response(rill::status::service_unavailable);
        }
        co_return co_await found->handler()(r);
    }

    rill::response stats(period ms, padding bytes)
    {
        const std::lock_guard lock(mutex_);
        const auto found = all_.find({ms, bytes});
        return found == all_.end() ? rill::response(rill::status::not_found)
                                   : rill::response::json(to_json(found->second.stats()));
    }

private:
    static constexpr std::size_t max_broadcasts = 64;

    const broadcast* find_or_make(std::pair<int, int> key, rill::executor worker)
    {
        const std::lock_guard lock(mutex_);
        auto found = all_.find(key);
        if (found == all_.end() && all_.size() < max_broadcasts) {
            found = all_.try_emplace(key, std::chrono::milliseconds(key.first), key.second, worker, options_).first;
        }
        return found == all_.end() ? nullptr : &found->second;
    }

    const rill::sse::endpoint_options options_;
    std::mutex mutex_;
    std::map<std::pair<int, int>, broadcast> all_;
};

using topic_number = rill::path<"topic", std::int64_t>;
using topic_count = rill::query<"of", rill::bounded<int, 1, 100'000>, 1>;
using period_us = rill::query<"us", rill::bounded<std::int64_t, 1, 86'400'000'000>, 1'000'000>;

/// The handlers for the topics of the hubs.
class topics
{
public:
    topics(std::shared_ptr<rill::pubsub::backplane> log, bool in_worker) : feeds_(std::move(log), in_worker) {}

    rill::awaitable<rill::response> join(topic_number topic, topic_count of, period_us us, padding bytes,
                                         rill::request& r)
    {
        if (*topic < 0 || *topic >= of) {
            co_return rill::response(rill::status::not_found);
        }
        const auto worker = co_await asio::this_coro::executor;
        const auto feed = feeds_.find_or_make(settings_of(of, us, bytes), worker);
        if (!feed) {
            co_return rill::response(rill::status::service_unavailable);
        }
        co_return co_await feed->join(r);
    }

    rill::response stats(topic_count of, period_us us, padding bytes)
    {
        const auto feed = feeds_.find(settings_of(of, us, bytes));
        return feed ? rill::response::json(to_json(feed->stats())) : rill::response(rill::status::not_found);
    }

private:
    static feed_settings settings_of(topic_count of, period_us us, padding bytes)
    {
        return {.topics = of, .period = std::chrono::microseconds(us), .bytes = bytes};
    }

    topic_feeds feeds_;
};

} // namespace

int main(int argc, char** argv)
{
    CLI::App cli("Sends timestamps as events, for benchmarks");
    rill::server_options options;
    options.reuse_port =
        true; // several processes share the port, because the number of open files of a process is limited
    cli.add_option("--port", options.port, "port to listen on")->required();
    cli.add_option("--threads", options.threads, "workers")->check(CLI::Range(1, 256));
    cli.add_option("--max-connections", options.capacity.max_connections, "0: no limit")->envname("MAX_CONNECTIONS");
    cli.add_option("--max-streams", options.capacity.max_streams, "0: no limit")->envname("MAX_STREAMS");
    std::int64_t coalescing = options.timer_coalescing.count();
    cli.add_option("--timer-coalescing", coalescing, "maximum delay of a timer under load, in ms; 0: no delay")
        ->capture_default_str();
    rill::sse::endpoint_options stream_options;
    const std::map<std::string, int> units{{"ms", 1}, {"s", 1'000}, {"m", 60'000}};
    cli.add_option_function<int>(
           "--heartbeat", [&](int ms) { stream_options.heartbeat = std::chrono::milliseconds(ms); },
           "heartbeat of /ticks and /broadcast, e.g. 30s; 0s: none")
        ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED))
        ->check(CLI::NonNegativeNumber);
    bool retry_event = false;
    cli.add_flag("--retry-event", retry_event, "refuse a stream with a retry event instead of 503")
        ->envname("RETRY_EVENT");
    std::string publisher = "thread";
    cli.add_option("--publisher", publisher, "what publishes to the topics: a thread, or a coroutine of a worker")
        ->check(CLI::IsMember({"thread", "worker"}))
        ->capture_default_str();
    std::string store;
    cli.add_option("--store", store, "the log of the topics: memory, sqlite:FILE, or a redis or nats URL")
        ->default_str("a log in memory for each feed");
    std::string token;
    cli.add_option("--publish-token", token, "allows POST and GET of /hub/{topic}, with this token for POST");
    CLI11_PARSE(cli, argc, argv);
    options.timer_coalescing = std::chrono::milliseconds(coalescing);
    options.capacity.refusal = retry_event ? rill::refusal::retry_event : rill::refusal::unavailable;

    rill::router app;
    app.get("/ticks", rill::sse::endpoint(ticks, stream_options));
    broadcasts shared(stream_options);
    app.get("/broadcast", rill::make_handler(&broadcasts::join, shared));
    app.get("/broadcast/stats", rill::make_handler(&broadcasts::stats, shared));
    const auto log = store.empty() ? nullptr : open_store(store);
    topics fed(log, publisher == "worker");
    app.get("/topics/{topic:int}", rill::make_handler(&topics::join, fed));
    app.get("/topics/stats", rill::make_handler(&topics::stats, fed));
    std::optional<rill::pubsub::hub> hub;
    if (!token.empty()) {
        hub.emplace(rill::pubsub::hub_options(), log);
        app.get("/hub/{topic...}", rill::sse::endpoint(*hub));
        app.post("/hub/{topic...}", rill::pubsub::publish_handler(*hub, token));
    }
    return rill::serve(std::move(app), options);
}
