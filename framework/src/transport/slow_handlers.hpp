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

/// Finds handlers that block the event loop of their worker and delay its other connections. It measures the time from
/// the start of a handler until the handler first waits. It does not measure the time after that. Belongs to the
/// worker's thread.
class slow_handlers
{
public:
    /// A handler that runs longer than this is reported.
    static constexpr std::chrono::milliseconds limit{1'000};

    /// Called once per name, for at most max_reported names. The number is limited because clients may choose the
    /// names.
    using report_function = std::function<void(std::string_view handler, std::chrono::milliseconds blocked)>;
    static constexpr std::size_t max_reported = 64;

    slow_handlers(boost::asio::io_context& context, report_function report)
        : context_(context), report_(std::move(report))
    {}
    slow_handlers(const slow_handlers&) = delete;
    slow_handlers& operator=(const slow_handlers&) = delete;

    /// Begins to measure a handler. The measurement ends at the next call in this turn of the event loop, or at the end
    /// of the turn.
    /// @param kind for example "a handler of "
    void begin(std::string_view kind, std::string_view name) noexcept;

private:
    using time = std::chrono::nanoseconds;

    static time now() noexcept;
    void end() noexcept;

    boost::asio::io_context& context_;
    report_function report_;
    detail::coalesced_post turn_ends_;
    std::string handler_; // empty if no handler is measured
    time began_{};
    std::vector<std::string> reported_;
};

} // namespace rill::transport
