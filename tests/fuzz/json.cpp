// JSON text is read as a value and as a described struct. Both are written as text again.

#include <boost/describe.hpp>
#include <boost/json/parse.hpp>
#include <map>
#include <rill/http/json.hpp>

#include "fuzz.hpp"

namespace {

using namespace rill_fuzz;

enum class color
{
    red,
    green
};
BOOST_DESCRIBE_ENUM(color, red, green)

/// A struct with one member of each kind.
struct item
{
    bool flag = false;
    std::int8_t small = 1;
    std::uint64_t large = 1;
    double real = 1;
    float single = 1;
    std::string text = "x";
    color paint = color::green;
    rill::bounded<int, 1, 9> level{5};
    std::optional<int> maybe;
    std::variant<std::monostate, int, std::string, std::vector<item>> mixed;
    std::vector<item> items{};
    std::map<std::string, std::array<int, 2>> sizes{};
    std::unique_ptr<item> next;
    boost::json::value anything;

    using member_rules = rill::member_rules<rill::optional_members<"items", "sizes">>;
};
BOOST_DESCRIBE_STRUCT(item, (),
                      (flag, small, large, real, single, text, paint, level, maybe, mixed, items, sizes, next,
                       anything))

void check_value(std::string_view text, const boost::json::value& value)
{
    boost::json::error_code ec;
    boost::json::parse_options options;
    options.max_depth = rill::json_depth;
    static_cast<void>(boost::json::parse(text, ec, {}, options));
    require(!ec, "what is accepted is JSON");
    const auto written = rill::to_json(value);
    require(is_utf8(written), "what is written is UTF-8");
    const auto again = rill::parse_json(written);
    require(again && rill::to_json(*again) == written, "what is written is read as the same");
}

void check_struct(const boost::json::value& value)
{
    const auto read = rill::from_json<item>(value);
    if (!read) {
        const auto& [path, reason] = read.error();
        require(reason.starts_with("must be") || reason == "is missing", "a reason tells what is allowed");
        require(path.empty() || path.front() == '/', "a path is a JSON pointer");
        require(std::ranges::all_of(path, [](char c) { return c >= ' ' && c <= '~'; }), "a path is printable");
        return;
    }
    const auto written = rill::to_json(*read);
    const auto parsed = rill::parse_json(written);
    require(parsed.has_value(), "what is written is JSON");
    const auto again = rill::from_json<item>(*parsed);
    require(again && rill::to_json(*again) == written, "a struct that is written is read as the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto parsed = rill::parse_json(text);
    const auto quoted = rill::to_json(text);
    const auto unquoted = rill::parse_json(quoted);
    require(unquoted && unquoted->is_string(), "any bytes are written as a string");
    require(!is_utf8(text) || unquoted->as_string() == text, "and UTF-8 as itself");
    if (parsed) {
        check_value(text, *parsed);
        check_struct(*parsed);
    }
    return 0;
}
