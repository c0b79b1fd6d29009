#include <rill/routing/middleware.hpp>

#include <algorithm>

namespace rill::middleware {

namespace {

constexpr std::string_view trace_field = "traceparent";
constexpr std::string_view state = "tracestate";

bool is_lower_hex(std::string_view text) noexcept
{
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) noexcept
{
    return text.find_first_not_of('0') == text.npos;
}

// The format is 00-<32 digits>-<16 digits>-<2 digits>. In later versions, more text may follow.
bool is_valid(std::string_view text) noexcept
{
    constexpr std::size_t size = 55;
    if (text.size() < size || text[2] != '-' || text[35] != '-' || text[52] != '-') {
        return false;
    }
    const auto version = text.substr(0, 2);
    const auto trace = text.substr(3, 32);
    const auto parent = text.substr(36, 16);
    if (!is_lower_hex(version) || !is_lower_hex(trace) || !is_lower_hex(parent) || !is_lower_hex(text.substr(53, 2)) ||
        version == "ff")
    {
        return false;
    }
    return !is_zero(trace) && !is_zero(parent) && (text.size() == size || (version != "00" && text[size] == '-'));
}

awaitable<response> traced(request& req, const handler& next)
{
    const auto count = std::ranges::count_if(req.fields(), [](const auto& f) { return iequals(f.name, trace_field); });
    const std::string parent(req.header(trace_field).value_or(""));
    const bool valid = count == 1 && is_valid(parent);
    if (!valid) {
        req.fields().erase(trace_field);
        req.fields().erase(state);
    }
    if (valid) {
        (void)req.answer_fields().set(trace_field, parent);
    }
    auto r = co_await next(req);
    if (valid) {
        r.set_header(trace_field, parent);
    }
    co_return r;
}

} // namespace

middleware_function trace_context()
{
    return traced;
}

} // namespace rill::middleware
