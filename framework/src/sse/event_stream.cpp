#include <rill/sse/event_stream.hpp>

#include <rill/sse/encoder.hpp>

#include "http/whole_number.hpp"

namespace rill::sse {

event_stream::event_stream(std::string_view last_event_id)
    : last_event_id_(last_event_id.empty() ? nullptr : std::make_unique<const std::string>(last_event_id))
{}

rill::detail::write_state event_stream::put(const event& e)
{
    auto& chunk = rill::detail::stream_writer::scratch();
    if (!encode(e, chunk)) { // encode() has no other error
        return rill::detail::write_state::invalid_utf8;
    }
    return rill::detail::stream_writer::of(*out_).commit(chunk);
}

std::int64_t event_stream::last_event_number(std::int64_t none) const noexcept
{
    constexpr auto largest = std::int64_t{1} << 62;
    const auto number = rill::detail::whole_number<std::int64_t>(last_event_id()).value_or(none);
    return number < 0 || number > largest ? none : number;
}

} // namespace rill::sse
