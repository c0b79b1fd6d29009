#pragma once

#include <chrono>
#include <functional>
#include <rill/core/timer_service.hpp>
#include <utility>

namespace rill::client::detail {

/// Calls a function if an operation takes too long. The function ends the operation, e.g. by closing its socket.
class deadline : private timer_node
{
public:
    explicit deadline(std::function<void()> on_expired) : on_expired_(std::move(on_expired)) { operations = &fired; }
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;
    ~deadline() { disarm(); }

    /// Starts the deadline, or starts it again. 0: no deadline.
    void arm(timer_service& timers, std::chrono::milliseconds time)
    {
        disarm();
        expired_ = false;
        if (time.count() > 0) {
            timers.add(*this, timers.after(time));
        }
    }
    void disarm() noexcept { timer_service::remove(*this); }

    /// Whether the time has passed since arm().
    bool expired() const noexcept { return expired_; }

private:
    // A worker that ends fires its timers with an error. The worker also cancels its coroutines. Therefore the deadline
    // does nothing.
    static void fire(timer_node& node, error_code ec)
    {
        auto& self = static_cast<deadline&>(node);
        if (!ec) {
            self.expired_ = true;
            self.on_expired_();
        }
    }
    static constexpr timer_operations fired{.fire = &fire};

    std::function<void()> on_expired_;
    bool expired_ = false;
};

} // namespace rill::client::detail
