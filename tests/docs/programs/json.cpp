#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// [json-members]
#include <boost/describe.hpp>
#include <optional>
#include <rill/http/json.hpp>
#include <variant>

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

    using member_rules = rill::member_rules<rill::only_known_members,                 // unknown members are an error
                                            rill::optional_members<"offset">,         // 0, if it is missing
                                            rill::required_members<"sorted">,         // required, although it is a bool
                                            rill::renamed_member<"length", "limit">>; // another name in JSON
};
BOOST_DESCRIBE_STRUCT(page, (), (offset, length, sorted))
// [json-rules]

// [json-own]
#include <cmath>

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
    return money{static_cast<int>(std::lround(*amount * 100))};
}

double as_json(const money& amount) // any type that can be written as JSON
{
    return amount.cents / 100.0;
}
// [json-own]

#include "docs/programs/drive.hpp"

#include <boost/json/parse.hpp>
#include <map>

namespace {

rill::router all_routes()
{
    rill::router app;
    app.post("/chat", chat);
    app.post("/request", [](rill::json<chat_request> r) { return rill::json_response(*r); });
    app.post("/page", [](rill::json<page> p) { return rill::json_response(*p); });
    app.post("/sums", [](rill::json<std::map<std::string, money>> sums) { return rill::json_response(*sums); });
    return app;
}

/// Returns the status, and the body of the response or the `detail` of a problem.
std::string post(std::uint16_t port, std::string_view target, std::string_view body)
{
    drive::client one(port);
    one.request("POST", target, "Content-Type: application/json\r\n", body);
    auto text = one.body();
    if (one.header("content-type") == "application/problem+json") {
        text = boost::json::parse(text).at("detail").as_string().c_str();
    }
    return std::to_string(one.status()) + ' ' + text;
}

void check_members(std::uint16_t port)
{
    drive::equal(post(port, "/chat", R"({"model":"small","messages":[{"role":"user","content":"hi"}],"seed":1})"),
                 "200 small answers 1 messages");
    drive::equal(post(port, "/request", R"({"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]})"),
                 R"(200 {"model":"m","messages":[{"role":"user","content":[{"type":"text","text":null}]}],)"
                 R"("stream":false,"temperature":1,"max_tokens":null})");
    drive::equal(post(port, "/chat",
                      R"({"model":"m","messages":[{"role":"a","content":""},{"role":"b","content":""},)"
                      R"({"role":"c","content":""},{"role":4,"content":""}]})"),
                 "422 /messages/3/role: must be a string");
    drive::equal(post(port, "/chat", R"({"messages":[]})"), "422 /model: is missing");
    drive::equal(post(port, "/chat", R"({"model":"m","messages":[],"max_tokens":1.5})"),
                 "422 /max_tokens: must be a whole number");
}

void check_rules(std::uint16_t port)
{
    drive::equal(post(port, "/page", R"({"limit":5,"sorted":true})"), R"(200 {"offset":0,"limit":5,"sorted":true})");
    drive::equal(post(port, "/page", R"({"limit":5})"), "422 /sorted: is missing");
    drive::equal(post(port, "/page", R"({"length":5,"sorted":true})"), "422 /length: is not known");
    drive::equal(post(port, "/page", R"({"limit":5,"sorted":true,"more":1})"), "422 /more: is not known");
}

void check_own(std::uint16_t port)
{
    drive::equal(post(port, "/sums", R"({"tea":2.5,"coffee":3})"), R"(200 {"coffee":3,"tea":2.5})");
    drive::equal(post(port, "/sums", R"({"tea":-1})"), "422 /tea: must be an amount up to 1000000");
}

void check_refused(std::uint16_t port)
{
    const std::string deep(65, '[');
    drive::equal(post(port, "/chat", "{").substr(0, 3), "400");
    drive::equal(post(port, "/chat", R"({"model":"m","model":"m","messages":[]})").substr(0, 3), "400");
    drive::equal(post(port, "/chat", R"({"model":"m","messages":[],"temperature":1e400})").substr(0, 3), "400");
    drive::equal(post(port, "/chat", deep + std::string(65, ']')).substr(0, 3), "400");
}

} // namespace

int main()
{
    return drive::verdict([] {
        drive::served app(all_routes());
        check_members(app.port());
        check_rules(app.port());
        check_own(app.port());
        check_refused(app.port());
    });
}
