#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// [sessions]
#include <map>
#include <mutex>
#include <optional>

struct session
{
    std::string user;
    std::chrono::system_clock::time_point ends;
};

class session_list // all workers share it; therefore it has a mutex
{
public:
    void add(const std::string& id, session added)
    {
        const std::lock_guard lock(mutex_);
        sessions_[id] = std::move(added);
    }
    std::optional<session> find(const std::string& id) const
    {
        const std::lock_guard lock(mutex_);
        const auto found = sessions_.find(id);
        if (found == sessions_.end() || found->second.ends <= std::chrono::system_clock::now()) {
            return std::nullopt;
        }
        return found->second;
    }
    void remove(const std::string& user)
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(sessions_, [&](const auto& entry) { return entry.second.user == user; });
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, session> sessions_;
};

session_list sessions;

rill::awaitable<rill::response> require_session(rill::request& r, const rill::handler& next)
{
    auto known = sessions.find(std::string(r.cookie("session").value_or("")));
    if (!known) { // with 403 an EventSource does not reconnect
        co_return rill::to_response({.status = rill::status::forbidden, .detail = "log in first"});
    }
    r.set_attribute(rill::stream_tag(known->user)); // end_streams() finds the stream by it
    r.set_attribute(*std::move(known));             // a session
    co_return co_await next(r);
}
// [sessions]

// [log-out]
rill::awaitable<std::string> log_out_everywhere(rill::attribute<session> own)
{
    sessions.remove(own->user); // first, so that no further request gets through
    const auto of_user = [user = own->user](const rill::stream_info& s) { return s.tag == user; };
    const auto ended = co_await rill::end_streams(of_user);
    co_return std::to_string(ended) + " streams end";
}
// [log-out]

// [expiry]
rill::router members_area(const rill::pubsub::channel& news)
{
    const rill::sse::endpoint_options options{
        .retry = 2s,
        .until = [](const rill::request& r) { return r.attribute<session>()->ends; },
        .until_event = "event: expired\ndata:\n\n",
    };
    rill::router app;
    app.use(require_session);
    app.get("/news", rill::sse::endpoint(news, options));
    app.post("/log-out", log_out_everywhere);
    return app;
}
// [expiry]

// [newest]
rill::awaitable<> only_the_newest(rill::sse::event_stream& stream, rill::query<"device"> device)
{
    const auto older = [id = *device](const rill::stream_info& s) { return s.id != 0 && s.tag == id; };
    co_await rill::end_streams(older); // this stream has no tag yet
    stream.set_tag(*device);
    co_await stream.send("this is the only stream of " + *device);
    co_await rill::sleep_for(1h);
}
// [newest]

// [ban]
void ban(rill::server& server, const std::string& address) // thread-safe
{
    server.end_streams([address](const rill::stream_info& s) { return s.address() == address; });
}
// [ban]

// [heartbeat]
rill::router watched(const rill::pubsub::channel& news)
{
    rill::router app;
    app.get("/news", rill::sse::endpoint(news, {.heartbeat = 10s, .heartbeat_event = "heartbeat"}));
    return app;
}
// [heartbeat]

#include "docs/programs/drive.hpp"

namespace {

void add_session(const std::string& id, const std::string& user, std::chrono::milliseconds lasts)
{
    sessions.add(id, {user, std::chrono::system_clock::now() + lasts});
}

void check_log_out()
{
    rill::pubsub::channel news;
    drive::served server(members_area(news));
    add_session("1", "Ada", 1h);
    add_session("2", "Ada", 1h);
    add_session("3", "Bob", 1h);
    drive::client first(server.port());
    drive::client second(server.port());
    drive::client other(server.port());
    first.get("/news", "Cookie: session=1\r\n");
    second.get("/news", "Cookie: session=2\r\n");
    other.get("/news", "Cookie: session=3\r\n");
    static_cast<void>(news.publish("rain"));
    for (auto* reader : {&first, &second, &other}) {
        drive::equal(drive::next_data(*reader), "rain");
    }
    drive::client page(server.port());
    drive::equal(page.request("POST", "/log-out", "Cookie: session=1\r\n").body(), "2 streams end");
    drive::ends(first);
    drive::ends(second);
    static_cast<void>(news.publish("sun"));
    drive::equal(drive::next_data(other), "sun");
    drive::equal(drive::client(server.port()).get("/news", "Cookie: session=2\r\n").status(), 403);
    server.begin_stop();
    drive::ends(other);
}

void check_expiry()
{
    rill::pubsub::channel news;
    drive::served server(members_area(news));
    std::optional<drive::client> client;
    std::chrono::milliseconds lasts = 200ms;
    do { // a busy machine needs longer from here to the stream
        add_session("4", "Eve", lasts);
        client.emplace(server.port());
        lasts *= 2;
    } while (client->get("/news", "Cookie: session=4\r\n").status() != 200);
    auto& reader = *client;
    auto last = reader.event();
    while (last && last->name != "expired") { // the first one has the retry
        last = reader.event();
    }
    drive::check(last.has_value(), "the page sees that the session has expired");
    drive::ends(reader);
    drive::equal(drive::client(server.port()).get("/news", "Cookie: session=4\r\n").status(), 403);
}

void check_newest()
{
    rill::router app;
    app.get("/own", rill::sse::endpoint(only_the_newest));
    drive::served server(std::move(app));
    drive::client first(server.port());
    first.get("/own?device=7");
    drive::equal(drive::next_data(first), "this is the only stream of 7");
    drive::client second(server.port());
    second.get("/own?device=7");
    drive::ends(first);
    drive::equal(drive::next_data(second), "this is the only stream of 7");
    server.begin_stop();
    drive::ends(second);
}

void check_ban()
{
    rill::pubsub::channel news;
    rill::server_options options;
    options.port = 0;
    rill::server server(watched(news), options);
    if (!server.listen()) {
        throw std::runtime_error("no port");
    }
    std::thread serving([&server] { server.run(); });
    drive::client reader(server.port());
    reader.get("/news");
    static_cast<void>(news.publish("rain"));
    drive::equal(drive::next_data(reader), "rain");
    ban(server, "127.0.0.1");
    drive::ends(reader);
    server.stop();
    serving.join();
}

} // namespace

int main()
{
    return drive::verdict([] {
        check_log_out();
        check_expiry();
        check_newest();
        check_ban();
    });
}
