#include <rill/http/json.hpp>

#include "../support/run.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <map>
#include <rill/http/make_handler.hpp>

namespace shop {

struct order
{
    std::string article;
    int count = 0;
};
BOOST_DESCRIBE_STRUCT(order, (), (article, count))

} // namespace shop

namespace openai {

enum class role
{
    developer,
    system,
    user,
    assistant,
    tool
};
BOOST_DESCRIBE_ENUM(role, developer, system, user, assistant, tool)

struct part
{
    std::string type;
    std::optional<std::string> text;
    std::optional<boost::json::object> image_url;
};
BOOST_DESCRIBE_STRUCT(part, (), (type, text, image_url))

struct message
{
    openai::role role;
    std::variant<std::monostate, std::string, std::vector<part>> content;
};
BOOST_DESCRIBE_STRUCT(message, (), (role, content))

struct chat_request
{
    std::string model;
    std::vector<message> messages;
    bool stream = false;
    double temperature = 1;
    std::optional<int> max_tokens;
};
BOOST_DESCRIBE_STRUCT(chat_request, (), (model, messages, stream, temperature, max_tokens))

// A request as clients send it. The handler uses only a part of it.
constexpr std::string_view whole_request = R"({
  "model": "gpt-4o-mini",
  "messages": [
    {"role": "system", "content": "You are a helpful assistant."},
    {"role": "user", "name": "ada", "content": [
      {"type": "text", "text": "What is in this image?"},
      {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}}]},
    {"role": "assistant", "content": null, "tool_calls": [
      {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{\"x\": 1}"}}]},
    {"role": "tool", "tool_call_id": "call_1", "content": "a cat"}
  ],
  "tools": [{"type": "function", "function": {"name": "look", "strict": true, "parameters":
    {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"], "additionalProperties": false}}}],
  "tool_choice": "auto",
  "stream": true,
  "stream_options": {"include_usage": true},
  "temperature": 0.2,
  "top_p": 1,
  "n": 1,
  "stop": ["\n\n"],
  "max_tokens": null,
  "presence_penalty": 0,
  "frequency_penalty": -0.5,
  "logit_bias": {"50256": -100},
  "response_format": {"type": "json_object"},
  "seed": 18446744073709551615,
  "metadata": {"trace": "\u00e9"},
  "user": "user-1234"
})";

} // namespace openai

BOOST_AUTO_TEST_SUITE(json_suite)

namespace {

using rill::request;
using rill::status;

request with_body(std::string body, std::string_view type = "application/json")
{
    request req(rill::verb::post, "/");
    if (!type.empty()) {
        BOOST_REQUIRE(req.fields().set("Content-Type", type).has_value());
    }
    req.set_body(std::move(body));
    return req;
}

template <class T>
status outcome(request req)
{
    const auto taken = rill::extractor<rill::json<T>>::extract(req);
    return taken ? status::ok : taken.error().status;
}

template <class T>
std::string refusal(std::string body)
{
    auto req = with_body(std::move(body));
    const auto taken = rill::extractor<rill::json<T>>::extract(req);
    return taken ? "accepted" : taken.error().detail;
}

std::string parse_error(std::string_view text)
{
    const auto parsed = rill::parse_json(text);
    return parsed ? "accepted" : parsed.error();
}

std::string nested(std::size_t levels)
{
    return std::string(levels, '[') + std::string(levels, ']');
}

} // namespace

BOOST_AUTO_TEST_CASE(a_described_struct_from_the_body)
{
    const auto handle =
        rill::make_handler([](rill::json<shop::order> o) { return o->article + std::to_string(o->count); });
    auto req = with_body(R"({"article": "pen", "count": 3})");
    BOOST_TEST(rill_test::text(rill_test::run(handle, req)) == "pen3");
}

BOOST_AUTO_TEST_CASE(a_compressed_body_is_refused_with_415)
{
    auto req = with_body("1", "application/json");
    BOOST_REQUIRE(req.fields().set("Content-Encoding", "identity").has_value());
    BOOST_TEST((outcome<int>(req) == status::ok));
    BOOST_REQUIRE(req.fields().set("Content-Encoding", "gzip").has_value());
    BOOST_TEST((outcome<int>(req) == status::unsupported_media_type));
    const auto refused = rill::extractor<rill::json<int>>::extract(req);
    BOOST_REQUIRE(!refused.has_value());
    BOOST_TEST(refused.error().detail == "the body must not be compressed or coded in any other way");
    BOOST_TEST((refused.error().headers.front().first == "Accept-Encoding"));
}

BOOST_AUTO_TEST_CASE(content_types)
{
    for (const auto* type : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                             "application/json ;x=y", "application/problem+json", "application/vnd.api+JSON"})
    {
        BOOST_TEST_CONTEXT(type)
        {
            BOOST_TEST((outcome<int>(with_body("1", type)) == status::ok));
        }
    }
    for (const auto* type :
         {"", "text/plain", "application/jsonx", "text/json2", "+json", "application/x-www-form-urlencoded"})
    {
        BOOST_TEST_CONTEXT(type)
        {
            BOOST_TEST((outcome<int>(with_body("1", type)) == status::unsupported_media_type));
        }
    }
}

BOOST_AUTO_TEST_CASE(malformed_bodies)
{
    for (const auto* body : {"", " ", "{", "nope", "{'a':1}", "1 2", "[1,]", "\"\xff\"", "NaN", "01", "\xEF\xBB\xBF{}"})
    {
        BOOST_TEST_CONTEXT(body)
        {
            BOOST_TEST((outcome<boost::json::value>(with_body(body)) == status::bad_request));
        }
    }
    BOOST_TEST(refusal<int>("[1,") == "the body is not well-formed JSON: it ends too early");
    BOOST_TEST(refusal<int>("[1,x]") == "the body is not well-formed JSON: there is an error near byte 4");
    BOOST_TEST(refusal<int>("[1] x") == "the body is not well-formed JSON: there is an error near byte 5");
}

BOOST_AUTO_TEST_CASE(numbers_above_the_range_of_double)
{
    for (const auto* text : {"1e400", "-1e400", "[1, {\"x\": 1e999999999999}]", "123456789e400"}) {
        BOOST_TEST(parse_error(text) == "a number is too large");
    }
    BOOST_TEST(parse_error(std::string(400, '9')) == "a number is too large");
    BOOST_TEST(parse_error("1e308") == "accepted");
    BOOST_TEST(parse_error("1e-400") == "accepted"); // rounds to 0
    BOOST_TEST((outcome<double>(with_body("1e400")) == status::bad_request));
}

BOOST_AUTO_TEST_CASE(a_number_is_the_nearest_double)
{
    const std::pair<const char*, double> table[] = {
        {"9007199254740991.0", 9007199254740991.0},
        {"0.1", 0.1},
        {"1e23", 1e23},
        {"-123456789.123456789", -123456789.123456789},
        {"5e-324", 5e-324},
        {"1e-400", 0.0},
        {"1.7976931348623157e308", 1.7976931348623157e308},
        {"2.2250738585072011e-308", 2.2250738585072011e-308},
    };
    for (const auto& [text, number] : table) {
        BOOST_TEST_CONTEXT(text)
        {
            BOOST_TEST(rill::parse_json(text)->as_double() == number);
        }
    }
}

BOOST_AUTO_TEST_CASE(duplicate_names)
{
    BOOST_TEST(parse_error(R"({"a": 1, "b": 2, "a": 3})") == "the name 'a' occurs twice in one object");
    BOOST_TEST(parse_error(R"([{"x": {"a": 1, "\u0061": 2}}])") == "the name 'a' occurs twice in one object");
    BOOST_TEST(parse_error(R"({"\n": 1, "\n": 2})") == "the name '?' occurs twice in one object");
    BOOST_TEST(parse_error(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}], "A": 0})") == "accepted");
    BOOST_TEST(parse_error(R"({"": 1, "": 1})").ends_with("twice in one object"));
}

BOOST_AUTO_TEST_CASE(depth)
{
    BOOST_TEST(parse_error(nested(rill::json_depth)) == "accepted");
    BOOST_TEST(parse_error(nested(rill::json_depth + 1)) == "it has more than 64 levels");
    BOOST_TEST((outcome<int>(with_body(std::string(100000, '['))) == status::bad_request));
}

BOOST_AUTO_TEST_CASE(values_of_another_shape)
{
    for (const auto* body : {"1", "[]", "{}", R"({"article": "pen"})", R"({"article": 1, "count": 1})",
                             R"({"article": "pen", "count": 1.5})", R"({"article": "pen", "count": 99999999999})"})
    {
        BOOST_TEST_CONTEXT(body)
        {
            BOOST_TEST((outcome<shop::order>(with_body(body)) == status::unprocessable_entity));
        }
    }
    BOOST_TEST(refusal<shop::order>("[]") == "the body must be an object");
    BOOST_TEST((outcome<std::vector<int>>(with_body("[1, \"2\"]")) == status::unprocessable_entity));
    BOOST_TEST((outcome<std::vector<int>>(with_body("[1, 2]")) == status::ok));
}

BOOST_AUTO_TEST_CASE(an_error_names_its_path)
{
    using orders = std::map<std::string, std::vector<shop::order>>;
    BOOST_TEST(refusal<orders>(R"({"items": [{"article": "pen", "count": 1}, {"article": "ink", "count": "2"}]})") ==
               "/items/1/count: must be a whole number");
    BOOST_TEST(refusal<orders>(R"({"items": [{"article": "pen"}]})") == "/items/0/count: is missing");
    BOOST_TEST(refusal<orders>(R"({"a/b~c\n": [1]})") == "/a~1b~0c?/0: must be an object"); // RFC 6901, 3
    BOOST_TEST(refusal<orders>(R"({")" + std::string(1000, 'x') + R"(": 1})") ==
               "/" + std::string(40, 'x') + "...: must be an array");
}

BOOST_AUTO_TEST_CASE(a_chat_request_as_clients_of_openai_send_it)
{
    auto req = with_body(std::string(openai::whole_request));
    const auto taken = rill::extractor<rill::json<openai::chat_request>>::extract(req);
    BOOST_REQUIRE(taken.has_value());
    const auto& chat = taken->value;
    BOOST_TEST(chat.model == "gpt-4o-mini");
    BOOST_TEST(chat.stream);
    BOOST_TEST(chat.temperature == 0.2);
    BOOST_TEST(!chat.max_tokens);
    BOOST_REQUIRE(chat.messages.size() == 4U);
    BOOST_TEST((chat.messages[0].role == openai::role::system));
    BOOST_TEST(std::get<std::string>(chat.messages[0].content) == "You are a helpful assistant.");
    const auto& parts = std::get<std::vector<openai::part>>(chat.messages[1].content);
    BOOST_REQUIRE(parts.size() == 2U);
    BOOST_TEST(*parts[0].text == "What is in this image?");
    BOOST_TEST(parts[1].image_url->at("detail").as_string() == "low");
    BOOST_TEST(std::holds_alternative<std::monostate>(chat.messages[2].content));
}

BOOST_AUTO_TEST_CASE(the_shortest_chat_request_and_its_errors)
{
    using openai::chat_request;
    const auto short_request =
        rill::from_json<chat_request>(*rill::parse_json(R"({"model": "m", "messages": [{"role": "user"}]})"));
    BOOST_REQUIRE(short_request.has_value());
    BOOST_TEST(!short_request->stream);
    BOOST_TEST(short_request->temperature == 1);

    const auto with_message = [](std::string_view message) {
        return refusal<chat_request>(R"({"model": "m", "messages": [)" + std::string(message) + "]}");
    };
    BOOST_TEST(refusal<chat_request>(R"({"messages": []})") == "/model: is missing");
    BOOST_TEST(refusal<chat_request>(R"({"model": "m"})") == "/messages: is missing");
    BOOST_TEST(refusal<chat_request>(R"({"model": "m", "messages": [], "stream": "yes"})") ==
               "/stream: must be true or false");
    BOOST_TEST(refusal<chat_request>(R"({"model": "m", "messages": [], "max_tokens": 1.5})") ==
               "/max_tokens: must be a whole number");
    BOOST_TEST(with_message(R"({"role": "robot", "content": "x"})") ==
               "/messages/0/role: must be one of developer, system, user, assistant, tool");
    BOOST_TEST(with_message(R"({"role": "user", "content": 5})") ==
               "/messages/0/content: must be null or a string or an array");
    BOOST_TEST(with_message(R"({"role": "user", "content": [{"type": "text"}, {"text": "x"}]})") ==
               "/messages/0/content/1/type: is missing");
}

BOOST_AUTO_TEST_CASE(values_to_json)
{
    BOOST_TEST(rill::to_json(shop::order{"a\"b\n", 2}) == R"({"article":"a\"b\n","count":2})");
    const auto r = rill::json_response(shop::order{"pen", 1}, status::created);
    BOOST_TEST((r.status() == status::created));
    BOOST_TEST(rill_test::header(r, "Content-Type") == "application/json");
    BOOST_TEST(rill_test::text(r) == R"({"article":"pen","count":1})");
}

BOOST_AUTO_TEST_SUITE_END()
