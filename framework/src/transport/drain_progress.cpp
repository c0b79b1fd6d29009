#include "transport/drain_progress.hpp"

#include <rill/core/shutdown_signal.hpp>

#include "transport/connection.hpp"

namespace rill::transport {

namespace {

constexpr std::chrono::milliseconds drain_step{5};

} // namespace

drain_progress::drain_progress(boost::asio::io_context& context, const connection_table& connections)
    : context_(context), timers_(timer_service::of(context)), connections_(connections)
{
    static_cast<void>(shutdown_signal::of(context)); // created now, so that begin() needs no memory for it
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<drain_progress&>(node).drain_due_streams();
        }
    }};
    operations = &timer_kind;
}

drain_progress::~drain_progress()
{
    timer_service::remove(*this);
}

void drain_progress::begin(std::chrono::milliseconds window)
{
    begun_ = true;
    shutdown_signal::of(context_).request();
    std::size_t streams = 0;
    connections_.for_each([&streams](connection& c) {
        if (c.has_stream()) {
            ++streams;
        } else {
            c.drain();
        }
    });
    schedule_ = drain_schedule(streams, window);
    began_ = timers_.now();
    drain_due_streams();
    connection_closed();
}

// A stream that finishes without a cancellation is not counted. Therefore the other streams end sooner. A stream that
// begins during the drain ends at once, without this function.
void drain_progress::drain_due_streams()
{
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(timers_.now() - began_);
    const auto due = schedule_.due(elapsed);
    for (; drained_ < due && next_socket_ < connections_.capacity(); ++next_socket_) {
        auto* next = connections_.at(next_socket_);
        if (next != nullptr && next->has_stream()) {
            ++drained_;
            next->drain();
        }
    }
    if (elapsed < schedule_.window() && next_socket_ < connections_.capacity()) {
        timers_.add(*this, timers_.now() + drain_step);
    }
}

void drain_progress::connection_closed() noexcept
{
    if (begun_ && connections_.size() == 0 && on_drained) {
        report_.post(context_, std::exchange(on_drained, nullptr));
    }
}

} // namespace rill::transport
