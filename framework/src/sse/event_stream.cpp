#include <rill/sse/event_stream.hpp>

#include <charconv>
#include <rill/sse/encoder.hpp>

namespace rill::sse {

event_stream::event_stream(std::string_view last_event_id)
    : last_event_id_(last_event_id.empty() ? nullptr : std::make_unique<const std::string>(last_event_id))
{}

response_writer::put_result event_stream::put(const event& e)
{
    auto& piece = response_writer::scratch();
    if (const auto encoded = encode(e, piece); !encoded) {
        return {response_writer::write_state::failed, static_cast<error>(encoded.error().value())};
    }
    return out_->commit(piece);
}

std::int64_t event_stream::last_event_number(std::int64_t none) const noexcept
{
    std::int64_t number = none;
    const auto id = last_event_id();
    const auto* end = id.data() + id.size();
    const auto parsed = std::from_chars(id.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end ? number : none;
}

} // namespace rill::sse
