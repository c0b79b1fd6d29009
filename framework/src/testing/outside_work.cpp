#include "testing/outside_work.hpp"

#include "core/offload_jobs.hpp"

namespace rill::testing::detail {

namespace {

constexpr std::chrono::milliseconds step{10};

} // namespace

// Asio has no function for this number, but stops the context when the number becomes 0. Therefore this function counts
// down to 0, and up again. If another thread finishes work meanwhile, it first posts the completion. Therefore the
// number does not become 0 too early.
std::size_t outstanding_work(boost::asio::io_context& io)
{
    const auto executor = io.get_executor();
    std::size_t count = 0;
    while (!io.stopped()) {
        executor.on_work_finished();
        ++count;
    }
    for (std::size_t i = 0; i < count; ++i) {
        executor.on_work_started();
    }
    io.restart();
    return count;
}

outside_work::outside_work(worker& w, const options& settings)
    : worker_(w), options_(settings), own_(outstanding_work(w.io()))
{}

bool outside_work::wait(std::chrono::steady_clock::time_point give_up, bool patience_is_over)
{
    const bool offloads = !rill::detail::offload_jobs::of(worker_.io()).idle();
    const auto work = offloads ? 0 : outstanding_work(worker_.io());
    if (!offloads && work <= own_) {
        return false;
    }
    const bool may_wait = std::chrono::steady_clock::now() < give_up;
    if (may_wait && (offloads || patience_is_over)) {
        worker_.run_one(step);
        return true;
    }
    if (offloads || work - own_ <= quiet_) {
        return false;
    }
    if (worker_.run_one(options_.outside_wait)) {
        return true;
    }
    quiet_ = work - own_;
    return false;
}

} // namespace rill::testing::detail
