#include "chat/app.hpp"

#include <rill/http/json.hpp>

#include "chat/rooms.hpp"

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
        co_await stream.send(here.position());
        while (auto e = co_await here.next()) {
            co_await stream.send(e);
        }
    } // after the client has disconnected, ~visit notifies the other people
};

struct say
{
    std::shared_ptr<rooms> all;

    rill::result<rill::response> operator()(in_room room, rill::json<posted> what) const
    {
        const auto id = all->post(*room, *what);
        if (!id && id.error() == rill::error::too_many_topics) {
            return rill::to_response(rill::status::service_unavailable, "the maximum number of rooms exists");
        }
        return id.map([](const auto& number) {
            return rill::json_response(boost::json::object{{"id", number}}, rill::status::created);
        });
    }
};
// [handlers]

} // namespace

rill::router app(const options& options)
{
    using namespace std::chrono_literals;
    const auto all = std::make_shared<rooms>();
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
