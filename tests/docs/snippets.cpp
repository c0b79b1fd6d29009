// Examples that are not in a program of tests/docs/programs yet: compiled, not run. How to move one:
// programs/drive.hpp. The regions that no page names any more are there for those that do: all of this file goes when
// the last one is moved.

#include <rill/core/operators.hpp>
#include <rill/http/form.hpp>
#include <rill/http/json.hpp>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>

#include <rill/pubsub/metrics.hpp>
#include <rill/server/admin.hpp>
#include <rill/server/metrics.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/describe.hpp>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <system_error>

using namespace std::chrono_literals;

namespace guide {

std::string current_time();
std::string next_row();
std::string new_session_id(std::string_view user);
void end_session(std::string_view id);

// [minimal]
rill::awaitable<> clock(rill::sse::event_stream& stream)
{
    rill::interval every{2s};
    for (;;) {
        co_await every.tick();
        co_await stream.send({.data = current_time()});
    }
}

rill::router clock_app()
{
    rill::router app;
    app.get("/clock", rill::sse::endpoint(clock));
    app.get("/{path...}", rill::static_files("public"));
    return app;
}

int serve_clock()
{
    return rill::serve(clock_app, {.port = 8080});
}
// [minimal]

rill::awaitable<rill::response> find_user(rill::path<"id", int> id);

// [handlers]
rill::response version()
{
    return rill::response::text("1.0");
}

rill::awaitable<rill::response> slow(rill::request& r)
{
    co_await rill::sleep_for(100ms); // cancelled, if the client leaves
    co_return rill::response::text("you asked for " + std::string(r.path()));
}

rill::router routes()
{
    rill::router app;
    app.get("/version", version);
    app.get("/slow", slow);
    app.get("/users/{id:int}", find_user);
    app.get("/hello/{name}", [](rill::path<"name"> name) { return "hello, " + *name; });
    return app;
}
// [handlers]

// [members]
struct users
{
    std::string find(rill::path<"id", int> id) const;
    rill::awaitable<> watch(rill::sse::event_stream& stream) const;
};

rill::router user_routes(std::shared_ptr<const users> all)
{
    rill::router app;
    app.get("/users/{id:int}", &users::find, all);
    app.get("/users/events", rill::sse::endpoint(&users::watch, all));
    return app;
}
// [members]

// [json]
struct order
{
    std::string item;
    int count = 0;
};
BOOST_DESCRIBE_STRUCT(order, (), (item, count))

// A body that is no JSON, or no order, is answered with 400, 415 or 422; the handler does not run.
rill::response place(rill::json<order> o, rill::query<"dry_run", bool, false> dry_run)
{
    return rill::json_response(boost::json::object{{"item", o->item}, {"placed", !*dry_run}});
}
// [json]

// [listening]
// On the first free port from 8080 on.
int serve_beside_others()
try {
    for (std::uint16_t port = 8080; port != 8090; ++port) {
        rill::server server(routes(), {.port = port});
        const auto listening = server.listen();
        if (!listening && listening.error().code == std::errc::address_in_use) {
            continue;
        }
        if (!listening) {
            std::clog << listening.error().message() << '\n'; // e.g. "bind 192.0.2.1:8080: Cannot assign ..."
            return 1;
        }
        return server.run_until_signalled() ? 0 : 1;
    }
    return 1;
} catch (const std::exception& e) { // a route or an option that cannot be
    std::clog << e.what() << '\n';
    return 1;
}
// [listening]

// [errors]
namespace shop {

enum class error
{
    sold_out,
    not_logged_in,
};

// The one place that says how the errors of this application are answered.
rill::problem to_problem(const error& e)
{
    switch (e) {
    case error::sold_out:
        return {.status = rill::status::conflict, .detail = "sold out"};
    case error::not_logged_in:
        return {.status = rill::status::unauthorized, .headers = {{"WWW-Authenticate", "Bearer"}}};
    }
    return {};
}

tl::expected<int, error> take_from_stock(std::string_view item); // knows nothing of HTTP

} // namespace shop

tl::expected<std::string, shop::error> buy(rill::path<"item"> item)
{
    const auto left = shop::take_from_stock(*item);
    if (!left) {
        return tl::unexpected(left.error());
    }
    return std::to_string(*left) + " left";
}
// [errors]

// [json-members]
struct chat_part
{
    std::string type;                // required
    std::optional<std::string> text; // may be missing, or null
};
BOOST_DESCRIBE_STRUCT(chat_part, (), (type, text))

struct chat_message
{
    std::string role;
    std::variant<std::string, std::vector<chat_part>> content; // the first type that fits
};
BOOST_DESCRIBE_STRUCT(chat_message, (), (role, content))

struct chat_request
{
    std::string model;
    std::vector<chat_message> messages;
    bool stream = false;           // a bool may be missing
    double temperature = 1;        // may be missing: it has a default that is not zero
    std::optional<int> max_tokens; // may be missing, or null
};
BOOST_DESCRIBE_STRUCT(chat_request, (), (model, messages, stream, temperature, max_tokens))

rill::response chat(rill::json<chat_request> ask)
{
    return rill::response::text(ask->model + " answers " + std::to_string(ask->messages.size()) + " messages");
}
// [json-members]

// [json-rules]
struct page
{
    int offset = 0;
    int length = 0;
    bool sorted = false;

    using member_rules = rill::member_rules<rill::only_known_members,                 // others are an error
                                            rill::optional_members<"offset">,         // 0, if it is missing
                                            rill::required_members<"sorted">,         // although it is a bool
                                            rill::renamed_member<"length", "limit">>; // another name in JSON
};
BOOST_DESCRIBE_STRUCT(page, (), (offset, length, sorted))
// [json-rules]

// [json-own]
struct money
{
    int cents = 0;
};

tl::expected<money, std::string> from_json(const boost::json::value& value, std::type_identity<money>)
{
    const auto amount = rill::from_json<double>(value);
    if (!amount || *amount < 0 || *amount > 1'000'000) {
        return tl::unexpected(std::string("must be an amount up to 1000000"));
    }
    return money{static_cast<int>(*amount * 100 + 0.5)};
}

double as_json(const money& amount) // any type that can be written as JSON
{
    return amount.cents / 100.0;
}
// [json-own]

// [form]
struct signup
{
    std::string name;
    std::optional<int> age;          // an empty value is none
    bool newsletter = false;         // a checkbox
    std::vector<std::string> topics; // all fields of this name
};
BOOST_DESCRIBE_STRUCT(signup, (), (name, age, newsletter, topics))

rill::response join(rill::form<signup> who)
{
    return rill::response::text("welcome, " + who->name);
}

rill::response search(rill::form_field<"q"> q, rill::form_field<"page", int, 1> page)
{
    return rill::response::text(*q + ", page " + std::to_string(*page));
}
// [form]

// [cookies]
rill::response log_in(rill::form_field<"user"> user)
{
    auto answer = rill::response::text("hello, " + *user);
    answer.set_cookie(rill::set_cookie("__Host-session", new_session_id(*user)).max_age(24h));
    answer.set_cookie(rill::set_cookie("theme", "dark").http_only(false)); // a field of its own
    return answer;
}

rill::response log_out(rill::cookie<"__Host-session"> session)
{
    end_session(*session);
    return rill::response::text("bye").set_cookie(rill::set_cookie::remove("__Host-session"));
}
// [cookies]

// [middleware]
rill::awaitable<rill::response> require_token(rill::request& r, const rill::handler& next)
{
    const auto token = rill::credentials(r, "Bearer");
    if (!token || !rill::equal_in_constant_time(*token, "sesame")) {
        co_return rill::to_response( // instead of the handler
            {.status = rill::status::unauthorized, .headers = {{"WWW-Authenticate", "Bearer"}}});
    }
    auto answer = co_await next(r);
    answer.header("Cache-Control", "private"); // after
    co_return answer;
}

rill::router protected_routes()
{
    rill::router admin;
    admin.use(require_token);
    admin.get("/version", version);

    rill::router app;
    app.use(rill::cors({}));
    app.mount("/admin", std::move(admin));
    app.get("/version", version, rill::timeout(5s)); // for one route
    return app;
}
// [middleware]

// [exceptions]
class no_such_row : public std::runtime_error
{
    using runtime_error::runtime_error;
};

rill::awaitable<rill::response> map_exceptions(rill::request& r, const rill::handler& next)
{
    try {
        co_return co_await next(r);
    } catch (const no_such_row& e) { // not std::exception: the cancellation is one, too
        co_return rill::to_response(rill::status::not_found, e.what());
    }
}
// [exceptions]

// [attribute]
struct user
{
    std::string name;
};

std::optional<user> find_session(std::string_view id); // yours

rill::awaitable<rill::response> require_login(rill::request& r, const rill::handler& next)
{
    auto known = find_session(r.cookie("session").value_or(""));
    if (!known) {
        co_return rill::to_response({.status = rill::status::forbidden, .detail = "log in first"});
    }
    r.set_attribute(*std::move(known)); // a user
    co_return co_await next(r);
}

std::string profile(rill::attribute<user> who)
{
    return "you are " + who->name;
}

rill::awaitable<> greetings(rill::sse::event_stream& stream, rill::attribute<user> who)
{
    co_await stream.send("hello, " + who->name);
}
// [attribute]

// [uploads]
boost::asio::thread_pool disk(1);

rill::awaitable<std::string> store(rill::body_reader body)
{
    body.limit(100'000'000); // bytes; limits.streamed_body_bytes (1 GiB) without this line
    std::ofstream file("upload.tmp", std::ios::binary);
    std::size_t size = 0;
    while (auto piece = co_await body.read()) { // up to 64 KiB, valid until the next read()
        size += piece->size();
        co_await rill::offload(disk, [&] { file << *piece; }); // a write to a disk may block
    }
    co_return std::to_string(size) + " bytes";
}

rill::router storage()
{
    rill::router app;
    app.use(require_token); // runs before the body has been read
    app.post("/upload", store, rill::timeout(10min));
    return app;
}
// [uploads]

// [events]
rill::awaitable<> events(rill::sse::event_stream& stream)
{
    co_await stream.send("data and nothing else");
    co_await stream.send({.data = "two\nlines", .name = "note", .id = 7});
    const order tea{"tea", 2}; // on a line of its own: see "Compiler traps"
    co_await stream.send({.data = rill::to_json(tea), .name = "order"});
    co_await stream.send({.retry = 3s, .comment = "reconnect after three seconds"});

    const auto id = rill::sse::event_id::parse(current_time()); // text from outside may hold a line break
    if (id) {
        co_await stream.send({.data = "x", .id = *id});
    }
}
// [events]

// [expected]
rill::awaitable<> looks(rill::sse::event_stream& stream)
{
    rill::interval every{1s};
    for (;;) {
        co_await every.tick();
        const auto sent = co_await stream.send(next_row(), rill::as_expected);
        if (!sent) {
            std::clog << "ended: " << to_string(stream.reason()) << '\n'; // e.g. peer_closed
            co_return;
        }
    }
}
// [expected]

rill::awaitable<> follow(std::string source, rill::sse::event_stream& stream);

// [tasks]
rill::awaitable<> dashboard(rill::sse::event_stream& stream, std::vector<std::string> sources)
{
    co_await rill::with_task_group([&](rill::task_group& group) -> rill::awaitable<> {
        for (const auto& source : sources) {
            if (!group.spawn(follow(source, stream))) { // 64 run already: see with_task_group()
                co_await stream.send({.comment = "too many sources"});
            }
        }
    });
} // none of them is left
// [tasks]

// [traps]
rill::awaitable<> shapes(rill::sse::event_stream& stream, std::string name)
{
    const order tea{"tea", 2}; // a struct without a constructor that has a std::string
    co_await stream.send({.data = rill::to_json(tea)});

    const std::string shown = name.empty() ? "somebody" : name; // a condition that gives a std::string
    co_await stream.send(shown);

    const auto body = [&stream, name](rill::task_group&) -> rill::awaitable<> { // a lambda that owns a std::string
        co_await stream.send(name);
    };
    co_await rill::with_task_group(body);

    const auto sent = co_await stream.send("more", rill::as_expected); // what an if or a loop asks for
    if (!sent) {
        co_return;
    }
}
// [traps]

// [stop]
rill::awaitable<> polite(rill::sse::event_stream& stream)
{
    using namespace boost::asio::experimental::awaitable_operators;
    rill::interval every{1min};
    for (;;) {
        const auto first = co_await (every.tick() || stream.stopped());
        if (first.index() == 1) {
            break;
        }
        co_await stream.send(next_row());
    }
    co_await stream.send({.data = "see you", .name = "bye"});
}

auto polite_feed()
{
    return rill::sse::endpoint(polite, {.finish_on_shutdown = true});
}
// [stop]

// [background]
rill::awaitable<> publish_time(rill::pubsub::channel to)
{
    rill::interval every{1s};
    for (;;) {
        co_await every.tick();
        static_cast<void>(to.publish(current_time())); // it is good UTF-8
    }
}

int serve_time()
{
    const rill::pubsub::channel time;
    rill::router app;
    app.get("/time", rill::sse::endpoint(time));
    return rill::serve(std::move(app), {.background = {[time] { return publish_time(time); }}});
}
// [background]

rill::awaitable<> deliver(order o);

// [spawn]
rill::awaitable<rill::response> accept_order(rill::json<order> o)
{
    const auto worker = co_await boost::asio::this_coro::executor;
    if (!rill::spawn(worker, deliver(*o))) { // the server has ended, but for this handler
        co_return rill::to_response({.status = rill::status::service_unavailable});
    }
    co_return rill::response(rill::status::accepted);
}
// [spawn]

// [first-of-two]
rill::awaitable<> at_most_a_minute(rill::sse::event_stream& stream)
{
    using namespace boost::asio::experimental::awaitable_operators;
    co_await (looks(stream) || rill::sleep_for(60s));
}
// [first-of-two]

// [rows]
rill::response export_rows()
{
    return rill::response::stream(
        [](rill::response_writer& out) -> rill::awaitable<> {
            for (int i = 0; i < 1'000'000; ++i) {
                co_await out.write(next_row()); // waits while the client is slower than we are
            }
        },
        "text/csv");
}
// [rows]

// [options]
int serve_with_options(rill::router app)
{
    rill::server_options options;
    options.host = "0.0.0.0";
    options.threads = 2;
    options.limits.body_bytes = 64 * 1024;
    options.limits.write_timeout = 5s;
    options.drain_timeout = 3s;
    options.observer.on_stream_closed = [](const rill::observer::stream_closed& closed) {
        std::clog << closed.id << ' ' << to_string(closed.reason) << ' ' << closed.duration.count() << " ms\n";
    };
    return rill::serve(std::move(app), options);
}
// [options]

// [capacity]
rill::server_options bounded()
{
    rill::server_options options;
    options.capacity.streams = 50'000;
    options.capacity.streams_per_address = 100;
    options.capacity.queued_bytes = 512UL * 1024 * 1024;
    options.capacity.refusal = rill::refusal::retry_event;
    return options;
}
// [capacity]

// [stream-or-json]
rill::router time_for_all()
{
    const rill::handler stream = rill::sse::endpoint(clock, {.headers = {{"Vary", "Accept"}}});
    rill::router app;
    app.get("/time", [stream](rill::request& r) -> rill::awaitable<rill::response> {
        if (rill::wants_event_stream(r)) {
            co_return co_await stream(r);
        }
        auto answer = rill::json_response(boost::json::object{{"time", current_time()}});
        answer.header("Vary", "Accept");
        co_return answer;
    });
    return app;
}
// [stream-or-json]

// [endpoint-options]
auto feed()
{
    return rill::sse::endpoint(clock, {.heartbeat = 10s,
                                       .retry = 2s,
                                       .write_timeout = 5s,
                                       .farewell = "event: bye\ndata:\n\n",
                                       .headers = {{"Access-Control-Allow-Origin", "*"}}});
}
// [endpoint-options]

// [broadcast-channel]
rill::router dashboard(rill::pubsub::channel figures)
{
    rill::router app;
    app.get("/figures", rill::sse::endpoint(figures, {.retry = 1s})); // every stream gets every event
    app.post("/figures", [figures](rill::request& r) mutable {
        return figures.publish({.data = r.body(), .name = "figure"}); // the id; 500 without one
    });
    return app;
}
// [broadcast-channel]

// [broadcast-handler]
auto only_for(const rill::pubsub::channel& news)
{
    return [news](rill::sse::event_stream& stream, rill::query<"section"> section) -> rill::awaitable<> {
        auto events = news.subscribe(stream.last_event_id());
        while (auto e = co_await events.next()) {
            if (e.kind() != rill::pubsub::event_kind::message || e.name() == *section) {
                co_await stream.send(e); // its bytes are shared, not copied
            }
        }
    };
}
// [broadcast-handler]

// [broadcast-options]
rill::pubsub::channel prices()
{
    return rill::pubsub::channel({
        .replay = {.events = 10'000, .bytes = 8 * 1024 * 1024, .age = 10min},
        .history = rill::pubsub::everything, // a new page begins with the present price of each key
        .slow = rill::pubsub::slow_policy::latest_per_key,
    });
}

void quote(rill::pubsub::channel& prices, std::string_view symbol, std::string_view price)
{
    const auto id = prices.publish(price, symbol); // from any thread
    if (!id) {
        std::clog << id.error().message() << '\n';
    }
}
// [broadcast-options]

// [broadcast-hub]
rill::router rooms(rill::pubsub::hub hub)
{
    rill::router app;
    app.get("/rooms/{topic}", rill::sse::endpoint(hub)); // one topic
    app.get("/events", rill::sse::endpoint(hub));        // ?topics=lobby,news/*
    app.post("/rooms/{topic}",
             [hub](rill::path<"topic"> room, rill::request& r) mutable { return hub.publish(*room, r.body()); });
    app.post("/topics/{topic...}", rill::pubsub::publish_handler(hub, "sesame")); // for programs: all topics
    return app;
}

rill::pubsub::hub chat()
{
    return rill::pubsub::hub({
        .channel = {.history = 50},
        .idle = 1h,
        .authorise = [](const rill::request& r,
                        std::string_view topic) { return topic != "staff" || r.cookie("staff"); },
        .who = [](const rill::request& r) { return r.query_parameter("name").value_or(""); },
    });
}
// [broadcast-hub]

// [broadcast-by-topic]
rill::pubsub::hub machine()
{
    using rill::pubsub::slow_policy;
    return rill::pubsub::hub({
        .channel = {.heartbeat = 30s},
        .by_topic = {{"figures/**", {.history = rill::pubsub::everything, .slow = slow_policy::latest_per_key}},
                     {"logs/*", {.replay = {.events = 50'000}, .slow = slow_policy::drop_oldest, .heartbeat = 5s}}},
    });
}
// [broadcast-by-topic]

// [broadcast-own-ids]
rill::pubsub::channel orders()
{
    using rill::pubsub::memory_backplane;
    return rill::pubsub::channel({}, std::make_shared<memory_backplane>(
                                         memory_backplane::settings{.ids = memory_backplane::id_source::publisher}));
}
// [broadcast-own-ids]

} // namespace guide

// [own-extractor]
struct device
{
    std::string id;
};

template <>
struct rill::extractor<device>
{
    static constexpr std::array<std::string_view, 1> path_parameters{"device"}; // the route must have {device}

    static tl::expected<device, rill::problem> extract(rill::request& r)
    {
        const auto id = r.path_parameter("device").value_or("");
        if (!id.starts_with("dev-")) {
            return tl::unexpected(rill::problem{.status = rill::status::not_found, .detail = "no such device"});
        }
        return device{std::string(id)};
    }
};

std::string show(device d)
{
    return "this is " + d.id;
}
// [own-extractor]

namespace operations {

// [operator]
rill::router operated(rill::router app, const rill::pubsub::channel& news)
{
    const auto more = [news](rill::metrics_writer& out) { write_metrics(out, news.stats(), "news"); };
    app.get("/metrics", rill::metrics({.more = more})); // for Prometheus
    app.get("/healthz", rill::healthz());               // 200 while the event loop comes round
    app.get("/readyz", rill::readyz());                 // 503 once the server is told to stop
    app.get("/streams", rill::streams());               // who is connected: only where outsiders can't ask
    return app;
}
// [operator]

// [proxies]
rill::router behind_proxies(rill::router app, std::string_view networks)
{
    // E.g. "127.0.0.1, 10.0.0.0/8". Throws std::invalid_argument for what is neither an address nor a network.
    const auto trusted = rill::trusted_proxies::parse(networks);
    app.use(rill::forwarded(trusted)); // remote_address() is the client's from here on
    return app;
}
// [proxies]

} // namespace operations
