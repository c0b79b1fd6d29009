#include "relay/app.hpp"

#include <cstdio>
#include <memory>

namespace relay {

namespace {

using rill::client::event;

// Publishes an event. Fails if publish() fails, or if a client could not send the id back.
rill::result<void> publish(rill::pubsub::channel& out, const event& e, bool own_ids)
{
    rill::sse::event sent{.data = e.data};
    const auto name = rill::sse::event_name::parse(e.name);
    const auto id = rill::sse::event_id::parse(e.id);
    if (!name || (!own_ids && !id)) {
        return tl::unexpected(name ? id.error() : name.error());
    }
    if (e.name != "message") {
        sent.name = *name;
    }
    if (!own_ids && e.has_own_id) { // the channel refuses an event without an id
        sent.id = *id;
    }
    const auto published = out.publish(sent);
    return published ? rill::result<void>() : tl::unexpected(published.error());
}

void log_to_stderr(const std::string& line)
{
    std::fprintf(stderr, "relay: %s\n", line.c_str());
}

} // namespace

rill::pubsub::channel make_channel(const options& how)
{
    using rill::pubsub::memory_backplane;
    const auto ids = how.own_ids ? memory_backplane::id_source::counter : memory_backplane::id_source::publisher;
    return rill::pubsub::channel({}, std::make_shared<memory_backplane>(memory_backplane::settings{.ids = ids}));
}

rill::awaitable<> follow(rill::pubsub::channel out, options how)
{
    const auto log = how.log ? how.log : log_to_stderr;
    how.source.before_reconnect = [log](const rill::client::reconnect& r) {
        log("reconnecting in " + std::to_string(r.wait.count()) + " ms: " + r.reason.message());
    };
    rill::client::event_source source(std::move(how.source));
    while (auto e = co_await source.next()) {
        if (const auto gap = e->gap()) { // the notice is about this relay and not about its clients
            log("the upstream does not hold the events after " + gap->requested);
        } else if (const auto dropped = e->dropped()) {
            log("the upstream has dropped " + std::to_string(dropped->count) + " events");
        } else if (const auto done = publish(out, *e, how.own_ids); !done) {
            log("event " + e->id + " is not passed on: " + done.error().message());
        }
    }
    log("stopped: " + source.end()->message());
}

rill::router app(const rill::pubsub::channel& events)
{
    rill::router app;
    app.get("/events", rill::sse::endpoint(events));
    return app;
}

} // namespace relay
