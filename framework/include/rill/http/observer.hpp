#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <rill/http/close_reason.hpp>
#include <string_view>

namespace rill {

enum class log_level : unsigned char
{
    debug,
    info,
    warning,
    error,
    off
};

/// Functions that the server calls on events. The threads of the workers call them, possibly several at once. They must
/// neither throw nor block.
struct observer
{
    struct stream_opened
    {
        std::uint64_t id; ///< unique in this process; equal to the id in stream_closed
        std::string_view target;
        std::string_view remote_address;
    };

    struct stream_closed
    {
        std::uint64_t id;
        close_reason reason;
        std::chrono::milliseconds duration;
    };

    std::function<void(log_level, std::string_view)> log{};
    std::function<void(const stream_opened&)> on_stream_opened{};
    std::function<void(const stream_closed&)> on_stream_closed{};
};

} // namespace rill
