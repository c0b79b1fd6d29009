#include <rill/http/accept.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

#include "http/grammar.hpp"

namespace rill {

namespace {

constexpr std::string_view accepted_type = "text/event-stream";

// Weights are in thousandths.
constexpr int full_weight = 1000;

/// Removes and returns the text up to the next `separator` outside of a quoted string (RFC 9110, section 5.6.4). Also
/// removes the separator.
std::string_view take_until(std::string_view& rest, char separator) noexcept
{
    bool quoted = false;
    std::size_t end = 0;
    for (; end != rest.size() && (quoted || rest[end] != separator); ++end) {
        if (rest[end] == '"') {
            quoted = !quoted;
        } else if (quoted && rest[end] == '\\' && end + 1 != rest.size()) {
            ++end;
        }
    }
    const auto taken = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return taken;
}

/// Parses a weight (RFC 9110, section 12.4.2): 0 or 1, with up to three decimals.
std::optional<int> parse_weight(std::string_view text) noexcept
{
    if (text.empty() || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.') || text.size() > 5) {
        return std::nullopt;
    }
    int weight = text[0] == '1' ? full_weight : 0;
    int unit = full_weight / 10;
    for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (!detail::is(digit, detail::digit_char)) {
            return std::nullopt;
        }
        weight += (digit - '0') * unit;
        unit /= 10;
    }
    return weight <= full_weight ? std::optional(weight) : std::nullopt;
}

/// Returns the weight among the parameters of a media range. A malformed weight counts as 0, which disables the range.
int weight_of(std::string_view parameters) noexcept
{
    while (!parameters.empty()) {
        const auto parameter = detail::trimmed(take_until(parameters, ';'));
        if (parameter.size() >= 2 && iequals(parameter.substr(0, 2), "q=")) {
            return parse_weight(parameter.substr(2)).value_or(0);
        }
    }
    return full_weight;
}

} // namespace

bool wants_event_stream(const request& r) noexcept
{
    int of_events = 0;
    int of_others = 0;
    for (const auto& field : r.fields()) {
        if (!iequals(field.name, "Accept")) {
            continue;
        }
        for (std::string_view rest = field.value; !rest.empty();) {
            auto parameters = take_until(rest, ',');
            const auto range = detail::trimmed(take_until(parameters, ';'));
            const int weight = weight_of(parameters);
            if (iequals(range, accepted_type)) {
                of_events = std::max(of_events, weight);
            } else if (range.find('/') != range.npos && !range.ends_with('*')) {
                of_others = std::max(of_others, weight);
            }
        }
    }
    return of_events > 0 && of_events >= of_others;
}

} // namespace rill
