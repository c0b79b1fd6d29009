#include "client/backoff.hpp"

#include <algorithm>
#include <cstdint>

#include "http/grammar.hpp"
#include "http/http_date.hpp"
#include "http/jitter.hpp"
#include "http/whole_number.hpp"

namespace rill::client::detail {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::optional<milliseconds> parse_retry_after(std::string_view value, std::chrono::system_clock::time_point now)
{
    constexpr std::int64_t longest = std::chrono::duration_cast<seconds>(longest_retry_after).count();
    value = rill::detail::trimmed(value);
    if (!value.empty() && rill::detail::all_are(value, rill::detail::digit_char)) {
        const auto time = rill::detail::whole_number<std::int64_t>(value).value_or(longest); // if out of range
        return seconds(std::min(time, longest));
    }
    const auto date = rill::detail::parse_http_date(value);
    if (!date) {
        return std::nullopt;
    }
    const auto since_1970 = std::chrono::floor<seconds>(now.time_since_epoch()).count();
    return seconds(std::clamp<std::int64_t>(*date - since_1970, 0, longest));
}

milliseconds backoff::base() const noexcept
{
    auto time = std::max(initial_, milliseconds(1));
    for (unsigned n = 1; n < failures_ && time < max_; ++n) {
        time = std::min(time * 2, max_);
    }
    return time;
}

milliseconds backoff::next(milliseconds at_least) const noexcept
{
    const auto from = std::max(base(), at_least);
    return rill::detail::jitter::of_this_thread().next(from, from / 2);
}

} // namespace rill::client::detail
