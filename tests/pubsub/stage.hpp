#pragma once

#include <boost/asio/cancellation_signal.hpp>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <rill/http/make_handler.hpp>
#include <rill/pubsub/channel.hpp>
#include <rill/pubsub/endpoint.hpp>
#include <rill/pubsub/memory_backplane.hpp>
#include <rill/sse/event_stream.hpp>
#include <string>
#include <vector>

#include "core/spawn.hpp"
#include "support/fake_writer.hpp"
#include "support/manual_loop.hpp"

namespace rill_test {

/// An event as a client sees it.
struct seen_event
{
    std::string id;
    std::string name;
    std::string data;
};

inline std::vector<seen_event> parse_events(std::string_view wire)
{
    std::vector<seen_event> events;
    seen_event e;
    bool has_data = false;
    while (!wire.empty()) {
        const auto end = wire.find('\n');
        const auto line = wire.substr(0, end);
        wire.remove_prefix(end == wire.npos ? wire.size() : end + 1);
        const auto value = line.substr(std::min(line.size(), line.find(' ') + 1));
        if (line.empty()) {
            if (std::exchange(has_data, false)) { // a block without data is the start position or the retry time
                events.push_back(std::move(e));
            }
            e = {};
        } else if (line.starts_with("id:")) {
            e.id = value;
        } else if (line.starts_with("event:")) {
            e.name = value;
        } else if (line.starts_with("data:")) {
            e.data += value;
            has_data = true;
        }
    }
    return events;
}

/// Returns the IDs of all events. Events without an ID are listed by name.
inline std::string summary(std::string_view wire)
{
    std::string text;
    for (const auto& e : parse_events(wire)) {
        text.append(text.empty() ? "" : " ").append(e.name.empty() ? e.id : e.name + e.data);
    }
    return text;
}

inline rill::request request_with_id(std::string_view last_event_id, std::string target = "/")
{
    rill::request r(rill::verb::get, std::move(target));
    if (!last_event_id.empty()) {
        BOOST_REQUIRE(r.fields().set("Last-Event-ID", last_event_id).has_value());
    }
    return r;
}

/// Runs the route on the context of the loop, and returns its response.
inline rill::response answer_on(manual_loop& loop, const rill::handler& route, rill::request r)
{
    std::optional<rill::response> answer;
    boost::asio::co_spawn(loop.context.get_executor(), route(r),
                          [&](std::exception_ptr, rill::response given) { answer.emplace(std::move(given)); });
    loop.turn();
    BOOST_REQUIRE(answer.has_value());
    return std::move(*answer);
}

/// A client of an endpoint, with a connection in memory.
struct direct_client
{
    manual_loop& loop;
    fake_writer out;
    std::unique_ptr<rill::streaming_body> body;

    direct_client(manual_loop& l, const rill::handler& route, std::string_view id = {}, std::string target = "/")
        : loop(l), out(l.context)
    {
        auto answer = answer_on(loop, route, request_with_id(id, std::move(target)));
        BOOST_REQUIRE(answer.streams());
        body = std::move(std::get<std::unique_ptr<rill::streaming_body>>(answer.body()));
        BOOST_REQUIRE(!body->start(out).valid());
    }
    void cut()
    {
        if (out.ended != rill::close_reason::open) {
            loop.turn(); // end() posts work to the loop
        }
        out.close(rill::close_reason::peer_closed);
        body.reset();
    }
    std::string got() const { return summary(out.sent); }
};

/// A handler that sends the events of its subscription. It runs in the same way as in a connection.
struct coroutine_client : rill::detail::spawned_coroutine
{
    manual_loop& loop;
    fake_writer out;
    bool done = false;
    std::exception_ptr error;

    coroutine_client(manual_loop& l, rill::pubsub::subscription s) : loop(l), out(l.context)
    {
        rill::detail::spawn<&on_done>(loop.context, consume(std::move(s), out), *this);
    }
    static void on_done(rill::detail::spawned_coroutine& self, const std::exception_ptr& e)
    {
        auto& client = static_cast<coroutine_client&>(self);
        client.done = true;
        client.error = e;
    }
    static rill::awaitable<> consume(rill::pubsub::subscription s, fake_writer& out)
    {
        rill::sse::event_stream stream(out);
        while (auto e = co_await s.next()) {
            co_await stream.send(e);
        }
    }
    void cut()
    {
        out.close(rill::close_reason::peer_closed);
        if (!done) {
            rill::detail::cancel(loop.timers, *this);
        }
        loop.turn(); // even if the handler is done, because emit() posts work
        for (int i = 0; i < 10 && !done; ++i) {
            loop.turn();
        }
        BOOST_REQUIRE(done);
    }
    std::string got() const { return summary(out.sent); }
};

/// A channel whose ids are 1, 2, 3...
inline rill::pubsub::channel counted(rill::pubsub::channel_options options = {})
{
    return rill::pubsub::channel(std::move(options), std::make_shared<rill::pubsub::memory_backplane>(
                                                         rill::pubsub::memory_backplane::settings{.first_id = 1}));
}

inline void publish(rill::pubsub::channel& c, int count, std::string_view key = {})
{
    for (int i = 0; i < count; ++i) {
        BOOST_REQUIRE(c.publish("x", key).has_value());
    }
}

/// A channel, its endpoint, and the calls of its hook on_slow.
struct endpoint_stage
{
    manual_loop loop;
    rill::pubsub::channel c;
    rill::handler route;
    std::vector<std::pair<std::uint64_t, bool>> slow; ///< dropped events, and whether the stream was ended
    std::string why;                                  ///< the reasons

    explicit endpoint_stage(rill::pubsub::channel_options options = {}) : c(counted(with_hook(std::move(options))))
    {
        route = rill::make_handler(rill::sse::endpoint(c));
    }
    rill::pubsub::channel_options with_hook(rill::pubsub::channel_options options)
    {
        options.on_slow = [this](const rill::pubsub::slow_stream& s) {
            slow.emplace_back(s.dropped, s.evicted);
            why.append(why.empty() ? "" : " ").append(to_string(s.reason));
        };
        return options;
    }
    void publish_apart(int count, std::string_view key = {})
    {
        for (int i = 0; i < count; ++i) {
            publish(c, 1, key);
            loop.turn();
        }
    }
};

} // namespace rill_test
