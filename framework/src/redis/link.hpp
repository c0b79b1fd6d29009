#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "redis/session.hpp"

namespace rill::redis::detail {

/// Calculates the pause before the next attempt.
class retry_pause
{
public:
    using milliseconds = std::chrono::milliseconds;

    retry_pause(milliseconds initial, milliseconds max) noexcept : initial_(initial), max_(max) {}

    /// Call it after a success. The next pause is then the initial one.
    void reset() noexcept { failures_ = 0; }
    /// Counts a failure. Returns the pause without its random part.
    milliseconds next() noexcept;

private:
    milliseconds initial_;
    milliseconds max_;
    unsigned failures_ = 0;
};

/// A connection to the primary that is renewed until the io_context stops.
class link
{
public:
    /// Uses the connection until it fails. Returns the error.
    using use = std::function<awaitable<failure>(session&)>;

    link(asio::io_context& context, log_state& state, use serve)
        : context_(context), state_(state), serve_(std::move(serve))
    {}

    awaitable<void> run();

private:
    awaitable<failure> attempt();
    void report(const failure& error);

    asio::io_context& context_;
    log_state& state_;
    use serve_;
    std::string server_;
    bool has_connected_ = false;
    bool was_stable_ = false; ///< whether the last connection has lasted for a while
};

} // namespace rill::redis::detail
