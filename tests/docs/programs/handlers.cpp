// [includes]
#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;
// [includes]

// [handlers]
rill::response version()
{
    return rill::response::text("1.0");
}

rill::awaitable<rill::response> slow(rill::request& r)
{
    co_await rill::sleep_for(100ms); // cancelled if the client disconnects
    co_return rill::response::text("you asked for " + std::string(r.path()));
}

rill::response find_user(rill::path<"id", int> id)
{
    if (*id != 1) {
        return rill::to_response(rill::status::not_found, "there is no such user");
    }
    return rill::response::text("Ada");
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
#include <map>
#include <memory>

struct users
{
    std::map<int, std::string> names;

    std::string find(rill::path<"id", int> id) const
    {
        const auto found = names.find(*id);
        return found == names.end() ? "nobody" : found->second;
    }

    rill::awaitable<> watch(rill::sse::event_stream& stream) const
    {
        rill::interval every{1s};
        for (;;) {
            co_await every.tick();
            co_await stream.send(std::to_string(names.size()) + " users");
        }
    }
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
#include <boost/describe.hpp>
#include <rill/http/json.hpp>

struct order
{
    std::string item;
    int count = 0;
};
BOOST_DESCRIBE_STRUCT(order, (), (item, count))

// A body that is not JSON, or not an order, is answered with 400, 415 or 422. The handler does not run.
rill::response place(rill::json<order> o, rill::query<"dry_run", bool, false> dry_run)
{
    return rill::json_response(boost::json::object{{"item", o->item}, {"placed", !*dry_run}});
}
// [json]

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

// [middleware]
rill::awaitable<rill::response> require_token(rill::request& r, const rill::handler& next)
{
    const auto token = rill::credentials(r, "Bearer");
    if (!token || !rill::equal_in_constant_time(*token, "sesame")) {
        co_return rill::to_response( // instead of the handler
            {.status = rill::status::unauthorized, .headers = {{"WWW-Authenticate", "Bearer"}}});
    }
    auto answer = co_await next(r);
    answer.set_header("Cache-Control", "private"); // after the handler
    co_return answer;
}

rill::router protected_routes()
{
    rill::router admin;
    admin.use(require_token);
    admin.get("/version", version);

    rill::router app;
    app.use(rill::middleware::cors({}));
    app.mount("/admin", std::move(admin));
    app.get("/version", version, rill::middleware::timeout(5s)); // for one route
    return app;
}
// [middleware]

// [attribute]
#include <optional>

struct user
{
    std::string name;
};

std::optional<user> find_session(std::string_view id) // for example, in a database
{
    if (id != "4711") {
        return std::nullopt;
    }
    return user{"Ada"};
}

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
#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <fstream>

boost::asio::thread_pool disk(1);
std::atomic<int> uploads{0};

rill::awaitable<std::string> store(rill::body_reader body)
{
    body.set_limit(100'000'000); // bytes; limits.max_streamed_body_bytes (1 GiB) without this line
    std::ofstream file("upload" + std::to_string(++uploads), std::ios::binary); // each upload has its own
    file.exceptions(std::ios::failbit | std::ios::badbit);                      // a full disk is a 500
    std::size_t size = 0;
    while (auto piece = co_await body.read()) { // up to 64 KiB, valid until the next read()
        size += piece->size();
        co_await rill::offload(disk, [&] { file << *piece; }); // a write to a disk may block
    }
    co_await rill::offload(disk, [&] { file.close(); }); // writes the buffered rest
    co_return std::to_string(size) + " bytes";
}

rill::router storage()
{
    rill::router app;
    app.use(require_token); // runs before the body has been read
    app.post("/upload", store, rill::middleware::timeout(10min));
    return app;
}
// [uploads]

#include "docs/programs/drive.hpp"

#include <filesystem>
#include <iterator>

namespace {

void handlers()
{
    drive::served app(routes());
    drive::client one(app.port());
    drive::equal(one.get("/version").body(), "1.0");
    drive::equal(one.get("/slow").body(), "you asked for /slow");
    drive::equal(one.get("/users/1").body(), "Ada");
    drive::equal(one.get("/users/2").status(), 404);
    one.body();
    drive::equal(one.get("/hello/Grace%20Hopper").body(), "hello, Grace Hopper");
}

void extractors()
{
    rill::router orders;
    orders.post("/orders", place);
    drive::served app(std::move(orders));
    const auto post = [&](std::string_view target, std::string_view type, std::string_view body) {
        drive::client one(app.port());
        one.request("POST", target, "Content-Type: " + std::string(type) + "\r\n", body);
        return std::to_string(one.status()) + ' ' + (one.status() == 200 ? one.body() : std::string());
    };
    const std::string tea = R"({"item":"tea","count":2})";
    drive::equal(post("/orders", "application/json", tea), R"(200 {"item":"tea","placed":true})");
    drive::equal(post("/orders?dry_run=true", "application/json", tea), R"(200 {"item":"tea","placed":false})");
    drive::equal(post("/orders", "application/json", "{"), "400 ");
    drive::equal(post("/orders", "text/plain", tea), "415 ");
    drive::equal(post("/orders", "application/json", R"({"item":"tea","count":"two"})"), "422 ");
}

void middleware()
{
    drive::served app(protected_routes());
    drive::client one(app.port());
    drive::equal(one.get("/admin/version").status(), 401);
    drive::equal(one.header("www-authenticate"), "Bearer");
    one.body();
    drive::equal(one.get("/admin/version", "Authorization: Bearer sesame\r\n").body(), "1.0");
    drive::equal(one.get("/admin/version", "Authorization: bearer  sesame\r\n").body(), "1.0");
    drive::equal(one.header("cache-control"), "private");
    drive::equal(one.get("/version", "Origin: https://example.org\r\n").body(), "1.0");
    drive::equal(one.header("access-control-allow-origin"), "*");
    drive::equal(one.header("cache-control"), "");
}

void member_functions()
{
    const users two{{{1, "Ada"}, {2, "Grace"}}};
    drive::served app(user_routes(std::make_shared<const users>(two)));
    drive::client one(app.port());
    drive::equal(one.get("/users/2").body(), "Grace");
    drive::equal(one.get("/users/3").body(), "nobody");
    drive::client stream(app.port());
    drive::equal(stream.get("/users/events").status(), 200);
    drive::equal(drive::next_data(stream), "2 users");
    app.begin_stop();
    drive::ends(stream);
}

void own_extractor()
{
    rill::router devices;
    devices.get("/devices/{device}", show);
    drive::served app(std::move(devices));
    drive::client one(app.port());
    drive::equal(one.get("/devices/dev-1").body(), "this is dev-1");
    drive::equal(one.get("/devices/1").status(), 404);
    drive::contains(one.body(), R"("detail":"no such device")");

    bool refused = false;
    try {
        rill::router wrong;
        wrong.get("/devices/{id}", show);
    } catch (const rill::route_error&) {
        refused = true;
    }
    drive::check(refused, "a route without {device} is refused");
}

void attributes()
{
    rill::router pages;
    pages.use(require_login);
    pages.get("/profile", profile);
    pages.get("/greetings", rill::sse::endpoint(greetings));
    drive::served app(std::move(pages));
    const std::string session = "Cookie: session=4711\r\n";
    drive::client one(app.port());
    drive::equal(one.get("/profile").status(), 403);
    one.body();
    drive::equal(one.get("/profile", session).body(), "you are Ada");
    drive::equal(one.get("/greetings").status(), 403);
    one.body();
    one.get("/greetings", session);
    drive::equal(drive::next_data(one), "hello, Ada");
    drive::ends(one);
}

std::string content(const std::string& name)
{
    std::ifstream file(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void body_reader()
{
    drive::served app(storage());
    const std::string token = "Authorization: Bearer sesame\r\n";
    const std::string first(200'000, 'a');
    const std::string second(300'000, 'b');

    rill_test::connection slow(app.port()); // uploads `first` during the whole upload of `second`
    slow.send("POST /upload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + token +
              "Expect: 100-continue\r\nContent-Length: 200000\r\n\r\n");
    std::string answer;
    while (answer.find("\r\n\r\n") == answer.npos && slow.receive(answer) > 0) {
    }
    drive::equal(answer, "HTTP/1.1 100 Continue\r\n\r\n"); // the handler has started
    slow.send(first.substr(0, 1000));
    drive::equal(drive::client(app.port()).request("POST", "/upload", token, second).body(), "300000 bytes");
    slow.send(first.substr(1000));
    while (slow.receive(answer) > 0) {
    }
    drive::contains(answer, "\r\n\r\n200000 bytes");
    drive::check(content("upload1") == first, "the slow upload is stored");
    drive::check(content("upload2") == second, "the other upload is stored");

    std::filesystem::remove("upload3");
    std::filesystem::create_symlink("/dev/full", "upload3");
    drive::equal(drive::client(app.port()).request("POST", "/upload", token, "short").status(), 500);

    drive::client none(app.port()); // gets the response before it sends the body
    drive::equal(none.request("POST", "/upload", "Expect: 100-continue\r\nContent-Length: 200000\r\n").status(), 401);
    drive::client large(app.port());
    drive::equal(large.request("POST", "/upload", token + "Content-Length: 100000001\r\n").status(), 413);
}

} // namespace

int main()
{
    return drive::verdict([] {
        handlers();
        member_functions();
        extractors();
        own_extractor();
        middleware();
        attributes();
        body_reader();
    });
}
