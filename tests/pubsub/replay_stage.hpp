#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "pubsub/replay_buffer.hpp"

namespace rill_test {

using rill::pubsub::encoded_event;
using rill::pubsub::event_draft;
using rill::pubsub::detail::replay_buffer;
using position = replay_buffer::position;

inline const replay_buffer::clock::time_point start{};

inline encoded_event make_event(std::string_view id, std::string_view data = "x", std::string_view key = {})
{
    return std::move(*event_draft::make({.data = data}, {}, key)).finish(id);
}

/// Appends events with the ids FIRST..LAST, which are also their sequence numbers.
inline void append_range(replay_buffer& buffer, std::uint64_t first, std::uint64_t last,
                         replay_buffer::clock::time_point now = start)
{
    for (auto i = first; i <= last; ++i) {
        buffer.append(make_event(std::to_string(i)), i, now);
    }
}

inline std::string ids_of(const replay_buffer& buffer, position from = 0)
{
    std::string text;
    for (const auto* e = buffer.at_or_after(from); e != nullptr; e = buffer.at_or_after(e->at + 1)) {
        text.append(text.empty() ? "" : " ").append(e->event.id());
    }
    return text;
}

} // namespace rill_test
