#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// [form]
#include <boost/describe.hpp>
#include <optional>
#include <rill/http/form.hpp>

struct signup
{
    std::string name;
    std::optional<int> age;          // an empty value counts as missing
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
#include <map>
#include <random>

std::map<std::string, std::string> sessions; // id -> user; only one worker uses it, so without a mutex

std::string new_session_id(const std::string& user)
{
    std::random_device random; // a client must not be able to guess the id
    std::string id;
    for (int i = 0; i < 4; ++i) {
        id += std::to_string(random());
    }
    sessions[id] = user;
    return id;
}

rill::response log_in(rill::form_field<"user"> user)
{
    auto answer = rill::response::text("hello, " + *user);
    answer.set_cookie(rill::set_cookie("__Host-session", new_session_id(*user)).max_age(24h));
    answer.set_cookie(rill::set_cookie("theme", "dark").http_only(false)); // a second Set-Cookie field
    return answer;
}

rill::response log_out(rill::cookie<"__Host-session"> session)
{
    sessions.erase(*session);
    return rill::response::text("bye").set_cookie(rill::set_cookie::remove("__Host-session"));
}
// [cookies]

#include "docs/programs/drive.hpp"

#include <rill/http/json.hpp>

namespace {

/// Returns the whole response.
std::string post(std::uint16_t port, const std::string& target, const std::string& body, const std::string& fields = {})
{
    rill_test::connection one(port);
    one.send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + fields +
             "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + std::to_string(body.size()) +
             "\r\n\r\n" + body);
    std::string answer;
    while (one.receive(answer) > 0) {
    }
    return answer;
}

std::string body_of(const std::string& answer)
{
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

void check_forms()
{
    rill::router app;
    app.post("/join", join);
    app.post("/signup", [](rill::form<signup> who) { return rill::json_response(*who); });
    app.post("/search", search);
    drive::served server(std::move(app));
    const auto port = server.port();

    drive::equal(body_of(post(port, "/join", "name=Ada+Lovelace&age=")), "welcome, Ada Lovelace");
    drive::equal(body_of(post(port, "/signup", "name=Ada&age=&newsletter=on&topics=a&topics=b")),
                 R"({"name":"Ada","age":null,"newsletter":true,"topics":["a","b"]})");
    drive::equal(body_of(post(port, "/signup", "name=Ada&age=36")),
                 R"({"name":"Ada","age":36,"newsletter":false,"topics":[]})");
    const auto wrong = post(port, "/join", "name=Ada&age=old");
    drive::contains(wrong, "HTTP/1.1 422 ");
    drive::contains(wrong, "/age: must be a whole number");
    drive::contains(post(port, "/join", "age=36"), "/name: is missing");

    drive::equal(body_of(post(port, "/search", "q=tea&page=2")), "tea, page 2");
    drive::equal(body_of(post(port, "/search", "q=tea")), "tea, page 1");
    drive::contains(post(port, "/search", "page=2"), "form field 'q' is missing");
}

void check_cookies()
{
    rill::router app;
    app.post("/login", log_in);
    app.post("/logout", log_out);
    app.get("/user", [](rill::cookie<"__Host-session"> session) {
        const auto known = sessions.find(*session);
        return known == sessions.end() ? "nobody" : known->second;
    });
    drive::served server(std::move(app));

    const auto answer = post(server.port(), "/login", "user=Ada");
    drive::equal(body_of(answer), "hello, Ada");
    const std::string before = "Set-Cookie: __Host-session=";
    const auto begin = answer.find(before) + before.size();
    const auto id = answer.substr(begin, answer.find(';', begin) - begin);
    drive::contains(answer, before + id + "; Path=/; Max-Age=86400; SameSite=Lax; Secure; HttpOnly\r\n");
    drive::contains(answer, "Set-Cookie: theme=dark; Path=/; SameSite=Lax; Secure\r\n");

    const auto cookie = "Cookie: theme=dark; __Host-session=" + id + "\r\n";
    drive::client one(server.port());
    drive::equal(one.get("/user", cookie).body(), "Ada");
    const auto bye = post(server.port(), "/logout", "", cookie);
    drive::equal(body_of(bye), "bye");
    drive::contains(bye, "Set-Cookie: __Host-session=; Path=/; Max-Age=0; ");
    drive::equal(one.get("/user", cookie).body(), "nobody");
    drive::contains(post(server.port(), "/logout", ""), "HTTP/1.1 400 ");
}

} // namespace

int main()
{
    return drive::verdict([] {
        check_forms();
        check_cookies();
    });
}
