#include "chat/app.hpp"

#include <rill/http/json.hpp>

namespace chat {

namespace {

using in_room = rill::path<"room", room_name>;
using called = rill::query<"name", std::optional<nickname>>;

// [handlers]
struct listen
{
    std::shared_ptr<rooms> all;

    rill::awaitable<> operator()(rill::sse::event_stream& stream, in_room room, called name) const
    {
        visit here(*all, *room, *name, stream.last_event_id());
        co_await rill::with_task_group([&](rill::task_group& group) -> rill::awaitable<> {
            static_cast<void>(group.spawn(here.send_people(stream))); // a group always accepts its first task
            co_await here.send_messages(stream);
            group.cancel();
        });
    } // after the client has disconnected, ~visit removes its name
};

/// Returns the response to a message that the log has not acknowledged. The page sends the message again after a status
/// of 500 or more. The key prevents a second message.
rill::result<rill::response> not_posted(rill::error_code why)
{
    if (why == rill::error::too_many_topics) {
        return rill::to_response(rill::status::service_unavailable, "the maximum number of rooms exists");
    }
    if (why == rill::error::outcome_unknown) {
        return rill::to_response(rill::status::gateway_timeout, "the message may have been sent");
    }
    if (why == rill::error::log_unavailable || why == rill::error::log_overloaded) {
        return rill::to_response(rill::status::service_unavailable, "messages cannot be sent now");
    }
    return tl::unexpected(why);
}

struct say
{
    std::shared_ptr<rooms> all;

    rill::awaitable<rill::result<rill::response>> operator()(in_room room, rill::json<posted> what) const
    {
        const auto id = co_await all->post(*room, *what);
        if (!id) {
            co_return not_posted(id.error());
        }
        const boost::json::object body{{"id", *id}};
        co_return rill::json_response(body, rill::status::created);
    }
};
// [handlers]

} // namespace

rill::router app(const std::shared_ptr<rooms>& all, const options& options)
{
    using namespace std::chrono_literals;
    rill::router app;
    app.get("/rooms", [all] { return rill::json_response(all->list()); });
    app.get("/rooms/{room}/events", rill::sse::endpoint(listen{all}, {.retry = 1s}));
    app.post("/rooms/{room}/messages", say{all});
    if (!options.token.empty()) {
        app.post("/topics/{topic...}", rill::pubsub::publish_handler(all->hub(), options.token));
    }
    app.get("/{path...}", rill::static_files(options.directory.empty() ? CHAT_PUBLIC : options.directory));
    return app;
}

} // namespace chat
