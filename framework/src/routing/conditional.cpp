#include "routing/conditional.hpp"

#include "http/grammar.hpp"
#include "http/http_date.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace rill::detail {

namespace {

enum class comparison : bool
{
    strong,
    weak
};

// Removes the next entity-tag from the list and returns it. Returns nothing at the end of the list, or if the tag is
// malformed.
std::optional<std::string_view> next_tag(std::string_view& list)
{
    list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
    const std::size_t prefix = list.starts_with("W/") ? 2 : 0;
    if (list.substr(prefix, 1) != "\"") {
        return std::nullopt;
    }
    const auto end = list.find('"', prefix + 1);
    if (end == list.npos) {
        return std::nullopt;
    }
    const auto tag = list.substr(0, end + 1);
    list.remove_prefix(end + 1);
    return tag;
}

bool lists(std::string_view list, std::string_view etag, comparison how)
{
    if (trimmed(list) == "*") {
        return true;
    }
    while (auto tag = next_tag(list)) {
        if (how == comparison::weak && tag->starts_with("W/")) {
            tag->remove_prefix(2);
        }
        if (*tag == etag) {
            return true;
        }
    }
    return false;
}

std::optional<std::int64_t> date(const request& req, std::string_view name)
{
    const auto value = req.fields().list(name); // a list of two values is not a date and is ignored (RFC 9110, 13.1.3)
    return value ? parse_http_date(*value) : std::nullopt;
}

bool if_range_holds(const request& req, const validators& current)
{
    const auto value = req.fields().list("If-Range");
    if (!value) {
        return true;
    }
    const auto text = trimmed(*value);
    return text == current.etag || parse_http_date(text) == current.modified;
}

bool is_digits(std::string_view text) noexcept
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Parses a number. A number of more than 64 bits is after the end of any file. Then the result is the maximum.
std::uint64_t position(std::string_view digits) noexcept
{
    std::uint64_t number = 0;
    const auto [stop, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return ec == std::errc() ? number : UINT64_MAX;
}

byte_range suffix(std::uint64_t wanted, std::uint64_t size) noexcept
{
    if (size == 0 && wanted != 0) { // the range is satisfiable, but Content-Range cannot express an empty part
        return {};
    }
    const auto length = std::min(wanted, size);
    return length == 0 ? byte_range{range_kind::unsatisfiable} : byte_range{range_kind::part, size - length, length};
}

} // namespace

precondition check_preconditions(const request& req, const validators& current)
{
    if (const auto list = req.fields().list("If-Match")) {
        if (!lists(*list, current.etag, comparison::strong)) {
            return precondition::failed;
        }
    } else if (const auto since = date(req, "If-Unmodified-Since"); since && current.modified > *since) {
        return precondition::failed;
    }
    if (const auto list = req.fields().list("If-None-Match")) {
        return lists(*list, current.etag, comparison::weak) ? precondition::not_modified : precondition::passed;
    }
    const auto since = date(req, "If-Modified-Since");
    return since && current.modified <= *since ? precondition::not_modified : precondition::passed;
}

byte_range requested_range(const request& req, const validators& current, std::uint64_t size)
{
    constexpr std::string_view unit = "bytes=";
    const auto ranges = req.fields().list("Range").value_or("");
    const auto value = trimmed(ranges);
    if (req.method() != verb::get || !iequals(value.substr(0, unit.size()), unit) || !if_range_holds(req, current)) {
        return {};
    }
    const auto spec = trimmed(value.substr(unit.size()));
    const auto dash = spec.find('-');
    if (dash == spec.npos) {
        return {};
    }
    const auto first = spec.substr(0, dash);
    const auto last = spec.substr(dash + 1);
    if (first.empty() && is_digits(last)) {
        return suffix(position(last), size);
    }
    // Any other request, such as a list of ranges, gets the whole representation.
    if (!is_digits(first) || !(last.empty() || is_digits(last))) {
        return {};
    }
    const auto begin = position(first);
    const auto end = last.empty() ? UINT64_MAX : position(last);
    if (begin > end) {
        return {};
    }
    if (begin >= size) {
        return {range_kind::unsatisfiable};
    }
    return {range_kind::part, begin, std::min(end, size - 1) - begin + 1};
}

} // namespace rill::detail
