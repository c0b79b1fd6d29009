// The lines of the input are route patterns. The last line is a path. The test finds the pattern that matches the path.

#include <optional>
#include <rill/routing/path_pattern.hpp>

#include "fuzz.hpp"
#include "routing/route_table.hpp"

namespace {

using namespace rill_fuzz;
using rill::path_pattern;
using kind = path_pattern::kind;

constexpr std::size_t most_patterns = 8;

bool is_name(std::string_view text)
{
    const auto letters = std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-");
    return !text.empty() && letters.substr(0, 53).find(text.front()) != letters.npos &&
           text.find_first_not_of(letters) == text.npos;
}

std::optional<path_pattern::segment> segment_of(const std::string& text)
{
    if (text.find_first_of("{}") == text.npos) {
        return path_pattern::segment{kind::literal, text};
    }
    if (!text.starts_with('{') || !text.ends_with('}')) {
        return std::nullopt;
    }
    auto name = text.substr(1, text.size() - 2);
    auto what = kind::text;
    if (name.ends_with("...")) {
        what = kind::tail;
        name.resize(name.size() - 3);
    } else if (name.ends_with(":int")) {
        what = kind::integer;
        name.resize(name.size() - 4);
    }
    return is_name(name) ? std::optional(path_pattern::segment{what, name}) : std::nullopt;
}

// Implements the rules of path_pattern.hpp. Returns nothing if the text is not a valid pattern.
std::optional<std::vector<path_pattern::segment>> segments_of(const std::string& pattern)
{
    if (!pattern.starts_with('/') || pattern.find_first_of("?#") != pattern.npos) {
        return std::nullopt;
    }
    std::vector<path_pattern::segment> segments;
    for (const auto& text : split(pattern.substr(1), "/")) {
        const auto segment = segment_of(text);
        const bool after_tail = !segments.empty() && segments.back().kind == kind::tail;
        if (!segment || after_tail ||
            (segment->kind != kind::literal && std::ranges::any_of(segments, [&](const auto& other) {
                 return other.kind != kind::literal && other.text == segment->text;
             })))
        {
            return std::nullopt;
        }
        segments.push_back(*segment);
    }
    return segments;
}

bool is_integer(const std::string& text)
{
    const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
    const auto significant = digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos || significant.size() > 19) {
        return false;
    }
    const std::string largest = text.starts_with('-') ? "9223372036854775808" : "9223372036854775807";
    return significant.size() < 19 || significant <= largest;
}

bool takes(const std::vector<path_pattern::segment>& pattern, const std::vector<std::string>& path)
{
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (i == path.size()) {
            return false;
        }
        const auto& [what, text] = pattern[i];
        if (what == kind::tail) {
            return std::all_of(path.begin() + static_cast<std::ptrdiff_t>(i), path.end(),
                               [](const std::string& s) { return s.find('/') == s.npos; });
        }
        if (what == kind::literal ? path[i] != text : what == kind::integer ? !is_integer(path[i]) : path[i].empty()) {
            return false;
        }
    }
    return pattern.size() == path.size();
}

// Removes the names of the parameters. Patterns with equal results differ only in these names.
std::vector<path_pattern::segment> shape_of(std::vector<path_pattern::segment> segments)
{
    for (auto& segment : segments) {
        segment.text = segment.kind == kind::literal ? segment.text : "";
    }
    return segments;
}

bool better(const std::vector<path_pattern::segment>& a, const std::vector<path_pattern::segment>& b)
{
    return std::ranges::lexicographical_compare(a, b, {}, &path_pattern::segment::kind, &path_pattern::segment::kind);
}

bool add(rill::detail::route_table& table, const path_pattern& pattern)
{
    try {
        table.add({"GET", pattern, {}, {}, {}});
        return true;
    } catch (const rill::route_error&) {
        return false;
    }
}

std::optional<path_pattern> made(const std::string& text)
{
    try {
        return path_pattern(text);
    } catch (const rill::route_error&) {
        return std::nullopt;
    }
}

// Fills the pattern with the captured parameters. The result must be the path.
void check_captured(const path_pattern& pattern, const rill::detail::split_path& path)
{
    rill::request r;
    rill::detail::route_table::capture({"GET", pattern, {}, {}, {}}, path, r);
    std::string filled;
    for (const auto& [what, text] : pattern.segments()) {
        filled += '/' + (what == kind::literal ? text : std::string(r.path_parameter(text).value_or("(none)")));
    }
    std::string wanted;
    for (const auto& segment : path.segments) {
        wanted += '/' + segment;
    }
    require(filled == wanted, "literals and parameters together are the path");
}

void check_path(const std::string& text, const rill::detail::route_table& table)
{
    const auto path = rill::detail::split(text);
    if (!path) {
        return;
    }
    require(static_cast<std::ptrdiff_t>(path->segments.size()) == std::ranges::count(text, '/'),
            "a segment follows each slash");
    const rill::detail::route* wanted = nullptr;
    for (const auto& route : table.routes()) {
        if (takes(route->pattern.segments(), path->segments) &&
            (wanted == nullptr || better(route->pattern.segments(), wanted->pattern.segments())))
        {
            wanted = route.get();
        }
    }
    const auto match = table.find(*path, "GET");
    require(match.found == wanted, "the best matching pattern is found");
    if (wanted != nullptr) {
        check_captured(wanted->pattern, *path);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    source in(data, size);
    auto lines = split(in.rest(), "\n");
    const auto path = lines.back();
    lines.pop_back();
    lines.resize(std::min(lines.size(), most_patterns));
    rill::detail::route_table table;
    std::vector<std::vector<path_pattern::segment>> shapes;
    for (const auto& line : lines) {
        const auto pattern = made(line);
        const auto wanted = segments_of(line);
        require(pattern.has_value() == wanted.has_value(), "the parser accepts exactly the valid patterns");
        if (!pattern) {
            continue;
        }
        require(pattern->text() == line && pattern->segments() == *wanted, "a pattern has its text and segments");
        const auto shape = shape_of(*wanted);
        const bool known = std::ranges::find(shapes, shape) != shapes.end();
        require(add(table, *pattern) != known, "two routes for the same paths are refused, and no others");
        shapes.push_back(shape);
    }
    check_path(path, table);
    return 0;
}
