#include <rill/routing/path_pattern.hpp>

#include <algorithm>

namespace rill {

namespace {

using kind = path_pattern::kind;
using segment = path_pattern::segment;

[[noreturn]] void fail(std::string_view pattern, std::string_view reason)
{
    throw route_error("bad route pattern '" + std::string(pattern) + "': " + std::string(reason));
}

bool is_name(std::string_view text) noexcept
{
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto other = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; };
    return !text.empty() && letter(text.front()) && std::ranges::all_of(text, other);
}

segment parse_parameter(std::string_view pattern, std::string_view inside)
{
    auto what = kind::text;
    if (inside.ends_with("...")) {
        what = kind::tail;
        inside.remove_suffix(3);
    } else if (const auto colon = inside.find(':'); colon != inside.npos) {
        const auto type = inside.substr(colon + 1);
        if (type != "int") {
            fail(pattern, "unknown parameter type '" + std::string(type) + "'; the only type is 'int'");
        }
        what = kind::integer;
        inside = inside.substr(0, colon);
    }
    if (inside.empty()) {
        fail(pattern, "a parameter has no name");
    }
    if (!is_name(inside)) {
        fail(pattern, "'" + std::string(inside) + "' is not a parameter name; use letters, digits, '_' and '-'");
    }
    return {what, std::string(inside)};
}

segment parse_segment(std::string_view pattern, std::string_view text)
{
    const auto opens = std::ranges::count(text, '{');
    const auto closes = std::ranges::count(text, '}');
    if (opens == 0 && closes == 0) {
        return {kind::literal, std::string(text)};
    }
    if (opens != closes || text.find('{') > text.find('}')) {
        fail(pattern, "unbalanced brace in segment '" + std::string(text) + "'");
    }
    if (opens > 1 || text.front() != '{' || text.back() != '}') {
        fail(pattern,
             "segment '" + std::string(text) + "' mixes a parameter with other text; a parameter is a whole segment");
    }
    return parse_parameter(pattern, text.substr(1, text.size() - 2));
}

void check(std::string_view pattern, const std::vector<segment>& segments)
{
    for (auto it = segments.begin(); it != segments.end(); ++it) {
        if (it->kind == kind::tail && it + 1 != segments.end()) {
            fail(pattern, "the tail '{" + it->text + "...}' must be the last segment");
        }
        const auto same_name = [&](const segment& s) { return s.kind != kind::literal && s.text == it->text; };
        if (it->kind != kind::literal && std::find_if(segments.begin(), it, same_name) != it) {
            fail(pattern, "parameter name '" + it->text + "' is used twice");
        }
    }
}

} // namespace

path_pattern::path_pattern(std::string_view pattern) : text_(pattern)
{
    if (!pattern.starts_with('/')) {
        fail(pattern, "it must start with '/'");
    }
    if (pattern.find_first_of("?#") != pattern.npos) {
        fail(pattern, "it is matched against the path only and cannot contain '?' or '#'");
    }
    for (std::size_t begin = 1; begin <= pattern.size();) {
        const auto end = std::min(pattern.find('/', begin), pattern.size());
        segments_.push_back(parse_segment(pattern, pattern.substr(begin, end - begin)));
        begin = end + 1;
    }
    check(pattern, segments_);
}

} // namespace rill
