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

/// Finds handlers that block the event loop of their worker, and so delay all its other connections. It measures the
/// time from the start of a handler until it waits for something, and not the time after that. Belongs to the worker's
/// thread.
class slow_handlers
{
public:
    /// A handler that runs longer blocks.
    static constexpr std::chrono::milliseconds limit{1'000};

    /// Called once per name, and for at most max_reported names, as a client may choose them.
    using report_function = std::function<void(std::string_view handler, std::chrono::milliseconds blocked)>;
    static constexpr std::size_t max_reported = 64;

    slow_handlers(boost::asio::io_context& context, report_function report)
        : context_(context), report_(std::move(report))
    {}
    slow_handlers(const slow_handlers&) = delete;
    slow_handlers& operator=(const slow_handlers&) = delete;

    /// Begins to measure a handler, until the next call in this turn of the event loop, or until the end of the turn.
    /// @param kind for example "a handler of "
    void begin(std::string_view kind, std::string_view name) noexcept;

private:
    using time = std::chrono::nanoseconds;

    static time now() noexcept;
    void end() noexcept;

    boost::asio::io_context& context_;
    report_function report_;
    detail::coalesced_post turn_ends_;
    std::string handler_; // empty: no handler is measured
    time began_{};
    std::vector<std::string> reported_;
};

} // namespace rill::transport
