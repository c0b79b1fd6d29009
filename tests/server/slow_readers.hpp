#pragma once

#include "server/fixture.hpp"

#include <charconv>
#include <malloc.h>
#include <rill/pubsub.hpp>
#include <rill/pubsub/metrics.hpp>

#include "support/lines.hpp"

// Streams of a channel on a server with two workers. Some clients read, and some freeze.
namespace rill_test::slow_readers {

namespace pubsub = rill::pubsub;

inline constexpr std::uint64_t events = 400;
inline constexpr std::size_t event_bytes = 8 * 1024;
inline constexpr std::size_t frozen_count = 12; // enough that each worker has some
inline constexpr std::size_t healthy_count = 4;
inline constexpr std::size_t keys = 8;

/// A client that counts the received events, and the lost events that `dropped` notices report.
class reader
{
public:
    reader(std::uint16_t port, int receive_buffer) : connection_(port, receive_buffer)
    {
        connection_.send("GET /events HTTP/1.1\r\nHost: test\r\n\r\n");
    }

    /// Waits for bytes. Returns false at the end of the stream or after a timeout.
    bool read()
    {
        const bool more = connection_.receive(text_) > 0;
        take_lines(text_, [this](std::string_view line) { on_line(line); });
        return more;
    }
    bool read_up_to(std::uint64_t id)
    {
        while (last() < id) {
            if (!read()) {
                return false;
            }
        }
        return true;
    }
    void read_to_end()
    {
        while (read()) {
        }
    }

    std::uint64_t last() const { return ids.empty() ? 0 : ids.back(); }
    bool in_order() const { return std::adjacent_find(ids.begin(), ids.end(), std::greater_equal<>()) == ids.end(); }

    std::vector<std::uint64_t> ids;
    std::uint64_t told = 0; ///< number of lost events in `dropped` notices
    std::size_t notices = 0;
    std::size_t behind_notice = 0; ///< events after the last notice

private:
    void on_line(std::string_view line)
    {
        if (line.starts_with("event: ")) {
            is_notice_ = true; // other events have no name
            ++notices;
            BOOST_TEST(line == "event: dropped");
        } else if (line.starts_with("id: ")) {
            if (std::exchange(has_data_, false)) { // an id without data marks the begin of the stream
                ids.push_back(number(line.substr(4)));
                ++behind_notice;
            }
        } else if (std::exchange(is_notice_, false)) {
            BOOST_TEST(line.starts_with(R"(data: {"count":)"));
            told += number(line.substr(std::min(line.size(), line.find(':', 5) + 1)));
            behind_notice = 0;
        } else if (line.starts_with("data: ")) {
            has_data_ = true;
        }
    }
    static std::uint64_t number(std::string_view text)
    {
        std::uint64_t value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    }

    connection connection_;
    std::string text_;
    bool is_notice_ = false;
    bool has_data_ = false;
};

/// Returns the allocated bytes of the process. The value has no meaning under a sanitizer, which has its own allocator.
inline std::size_t allocated()
{
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

struct limits
{
    pubsub::channel_options channel;
    std::size_t max_queued_bytes = 0; ///< limit of the server; 0: no limit
};

inline constexpr std::size_t held_bytes = 256 * 1024;

inline pubsub::replay_limits held(std::size_t most = 4096, std::size_t bytes = held_bytes)
{
    return {.max_events = most, .max_bytes = bytes};
}

/// Publishes `events` events to streams whose clients read, and to streams whose clients do not.
class stage
{
public:
    explicit stage(limits l)
        : limits_(std::move(l)),
          channel(with_hook(limits_.channel),
                  std::make_shared<pubsub::memory_backplane>(pubsub::memory_backplane::settings{.first_id = 1})),
          server(app(channel), options(limits_))
    {
        for (std::size_t i = 0; i < frozen_count + healthy_count; ++i) {
            const bool freezes = i % (frozen_count / healthy_count + 1) != 0;
            const int small = static_cast<int>(4096 + i * 512); // each client blocks at a different byte
            (freezes ? frozen : healthy).push_back(std::make_unique<reader>(server.port(), freezes ? small : 0));
        }
        BOOST_REQUIRE(eventually([&] { return channel.subscribers() == frozen_count + healthy_count; }));
        const auto before = allocated();
        publish();
        const auto grown = allocated() - std::min(before, allocated());
        BOOST_TEST_MESSAGE("held " << most_held << ", unsent " << most_unsent << ", queued " << most_queued
                                   << ", allocated " << grown);
        BOOST_TEST(grown < most_allocated());
        BOOST_TEST(most_held <= limits_.channel.replay.max_bytes);
        BOOST_TEST(most_unsent <= limits_.channel.max_unsent_bytes);
        BOOST_TEST((limits_.max_queued_bytes == 0 || most_queued <= limits_.max_queued_bytes));
        BOOST_TEST(most_queued > 0U); // the limits were tested
    }
    ~stage()
    {
        healthy.clear();
        frozen.clear();
        BOOST_TEST(eventually([&] { return channel.subscribers() == 0; }));
        server.stop();
        BOOST_TEST(channel.stats().unsent_bytes == 0U);
        BOOST_TEST(server.stats().queued_bytes == 0U);
        // The log has few lines about the streams that reach the limit of the server.
        const auto log = server.log();
        const auto lines = std::count(log.begin(), log.end(), '\n');
        BOOST_TEST((limits_.max_queued_bytes == 0 ? lines == 0 : lines > 0 && lines < 10), log);
        for (std::size_t at = 0; at < log.size(); at = log.find('\n', at) + 1) {
            BOOST_TEST(log.substr(at, log.find('\n', at) - at).find(" of /events is broken off; ") != log.npos, log);
        }
    }

    /// Checks that `count` of the frozen streams have ended, all for one reason.
    void expect_ended(std::size_t count, rill::close_reason reason)
    {
        BOOST_TEST(
            eventually([&] { return std::size_t(server.stats().streams) == healthy_count + frozen_count - count; }));
        BOOST_TEST(eventually([&] { return server.reasons().size() == count; }));
        const auto reasons = server.reasons();
        BOOST_TEST(std::count(reasons.begin(), reasons.end(), reason) == static_cast<long>(count));
        BOOST_TEST(hook_evicted == channel.stats().evicted_slow + channel.stats().evicted_full);
    }

    /// The frozen clients read again.
    /// @return the number of clients that received the last event
    std::size_t thaw()
    {
        std::size_t survived = 0;
        for (auto& f : frozen) {
            survived += f->read_up_to(events) ? 1 : 0;
            BOOST_TEST(f->in_order());
        }
        return survived;
    }

    /// Checks for each open stream that every event was received or counted as lost. Checks that the notices match the
    /// counts.
    void expect_all_accounted()
    {
        std::uint64_t got = 0;
        std::uint64_t told = 0;
        std::uint64_t streams = 0;
        for (const auto* group : {&healthy, &frozen}) {
            for (const auto& r : *group) {
                if (r->last() == events) {
                    got += r->ids.size();
                    told += r->told;
                    ++streams;
                }
            }
        }
        // The channel counts replaced events when the stream has caught up, just after the last event.
        BOOST_TEST(eventually([&] {
            const auto now = channel.stats();
            return got + now.dropped + now.conflated == events * streams;
        }));
        const auto figures = channel.stats();
        BOOST_TEST(told == figures.dropped);
        BOOST_TEST(hook_dropped == figures.dropped);
    }

    std::string scrape() { return fetch(server, "/metrics"); }

private:
    limits limits_;

public:
    std::atomic<std::uint64_t> hook_dropped{0};
    std::atomic<std::uint64_t> hook_evicted{0};
    std::atomic<std::uint64_t> hook_over_capacity{0};
    pubsub::channel channel;
    running_server server;
    std::vector<std::unique_ptr<reader>> frozen;
    std::vector<std::unique_ptr<reader>> healthy;

private:
    pubsub::channel_options with_hook(pubsub::channel_options options)
    {
        options.on_slow = [this](const pubsub::slow_stream& s) {
            (s.evicted ? hook_evicted : hook_dropped) += s.evicted ? 1 : s.dropped;
            hook_over_capacity += s.reason == pubsub::slow_reason::over_capacity ? 1 : 0;
        };
        return options;
    }

    static rill::router app(const pubsub::channel& channel)
    {
        rill::router app;
        app.get("/events", rill::sse::endpoint(channel, {.heartbeat = 0ms, .write_timeout = 1h}));
        app.get("/metrics", rill::ops::metrics(
                                {.more = [channel](auto& out) { pubsub::write_metrics(out, channel.stats(), "c"); }}));
        return app;
    }

    static rill::server_options options(const limits& l)
    {
        rill::server_options options;
        options.threads = 2;
        options.limits.max_unsent_bytes = 2 * event_bytes; // bytes queue in the server early, not in the kernel
        options.capacity.max_queued_bytes = l.max_queued_bytes;
        return options;
    }

    // A client that reads always has room for an event. Its stream queues nothing, and the limits do not apply to it.
    void publish()
    {
        const std::string data(event_bytes, 'x');
        for (std::uint64_t i = 1; i <= events; ++i) {
            BOOST_REQUIRE(channel.publish(data, "key" + std::to_string(i % keys)).has_value());
            for (auto& h : healthy) {
                BOOST_REQUIRE(h->read_up_to(i));
            }
            const auto figures = channel.stats();
            most_held = std::max(most_held, figures.held_bytes);
            most_unsent = std::max(most_unsent, figures.unsent_bytes);
            most_queued = std::max(most_queued, server.stats().queued_bytes);
        }
        for (const auto& h : healthy) {
            BOOST_TEST(h->ids.size() == events);
            BOOST_TEST(h->in_order());
            BOOST_TEST(h->notices == 0U);
        }
    }

    // The published events have more than twice this size.
    std::size_t most_allocated() const
    {
        constexpr std::size_t other = 512 * 1024;
        return limits_.channel.replay.max_bytes + frozen_count * event_bytes + other;
    }

    std::uint64_t most_held = 0;
    std::uint64_t most_unsent = 0;
    std::size_t most_queued = 0;
};

} // namespace rill_test::slow_readers
