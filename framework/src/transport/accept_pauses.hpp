#pragma once

#include <rill/core/timer_service.hpp>
#include <vector>

namespace rill::transport {

/// The timers of all listeners of a worker. A listener pauses while descriptors or memory are missing. When a connection
/// closes, it frees a descriptor, and all pauses end early. Belongs to the worker's thread.
class accept_pauses
{
public:
    explicit accept_pauses(timer_service& timers) noexcept : timers_(timers) {}
    accept_pauses(const accept_pauses&) = delete;
    accept_pauses& operator=(const accept_pauses&) = delete;

    /// Adds the timer of a listener. The timer is linked while the listener pauses. It must exist until remove(). May
    /// throw bad_alloc.
    void add(timer_node& pause) { pauses_.push_back(&pause); }
    void remove(timer_node& pause) noexcept { std::erase(pauses_, &pause); }

    /// Makes each linked timer fire in the next tick. The descriptor of the closing connection is free only after
    /// this call.
    void end_all();

private:
    timer_service& timers_;
    std::vector<timer_node*> pauses_;
};

} // namespace rill::transport
