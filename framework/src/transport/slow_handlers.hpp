#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <ctime>
#include <functional>
#include <rill/core/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/reserved_handler.hpp"

namespace rill::transport {

/// Finds handlers that block their worker's event loop, and with it everybody else who is served there: from their
/// begin until they wait for something. What they do after that wait is not looked at. Belongs to the worker's thread.
class slow_handlers
{
public:
    /// What is longer is blocking.
    static constexpr std::chrono::milliseconds limit{1'000};

    /// Called once for each name, for so many names at most, as names may be a client's.
    using on_slow = std::function<void(std::string_view who, std::chrono::milliseconds blocked)>;
    static constexpr std::size_t most_named = 64;

    slow_handlers(boost::asio::io_context& context, on_slow tell) : context_(context), tell_(std::move(tell)) {}
    slow_handlers(const slow_handlers&) = delete;
    slow_handlers& operator=(const slow_handlers&) = delete;

    /// A handler begins now, and runs until the next one begins in this turn of the event loop, or the turn ends.
    /// @param what  e.g. "a handler of "
    void begins(std::string_view what, std::string_view name) noexcept;

private:
    using time = std::chrono::nanoseconds;

    static time now() noexcept;
    void look() noexcept;

    boost::asio::io_context& context_;
    on_slow tell_;
    detail::coalesced_post turn_ends_;
    std::string who_; // empty: nobody
    time began_{};
    std::vector<std::string> named_;
};

} // namespace rill::transport
