#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <rill/testing/options.hpp>

#include "server/serving/worker.hpp"

namespace rill::testing::detail {

/// Returns the amount of outstanding work of an event loop that no thread runs.
std::size_t outstanding_work(boost::asio::io_context& io);

/// Waits in real time for work that the virtual clock does not control: see options::outside_wait.
class outside_work
{
public:
    /// The work that is outstanding now is the worker's own. Both objects must outlive this one.
    outside_work(worker& w, const options& settings);

    /// Call it before a new handler starts, because it may start other work.
    void expect_new() noexcept { quiet_ = 0; }

    /// Waits for at most options::outside_wait. If functions of rill::offload() run or if `patience_is_over`, waits for
    /// a short time until `give_up`. Returns whether the event loop may have ready handlers.
    bool wait(std::chrono::steady_clock::time_point give_up, bool patience_is_over);

private:
    worker& worker_;
    const options& options_;
    std::size_t own_;       ///< operations for which the worker itself always waits
    std::size_t quiet_ = 0; ///< further operations that seem to depend on the virtual clock
};

} // namespace rill::testing::detail
