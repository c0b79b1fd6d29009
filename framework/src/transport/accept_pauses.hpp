#pragma once

#include <rill/core/timer_service.hpp>
#include <vector>

namespace rill::transport {

/// Timers of listeners that have stopped accepting because descriptors or memory are missing. A connection that closes
/// frees a descriptor and ends the pauses early. Belongs to the worker's thread.
class accept_pauses
{
public:
    explicit accept_pauses(timer_service& timers) noexcept : timers_(timers) {}
    accept_pauses(const accept_pauses&) = delete;
    accept_pauses& operator=(const accept_pauses&) = delete;

    /// Adds the timer of a listener, which is linked while the listener pauses. Valid until remove(). May throw
    /// bad_alloc.
    void add(timer_node& pause) { pauses_.push_back(&pause); }
    void remove(timer_node& pause) noexcept { std::erase(pauses_, &pause); }

    /// Lets each timer that is linked fire in the next tick: the descriptor is free only after this call.
    void end_all();

private:
    timer_service& timers_;
    std::vector<timer_node*> pauses_;
};

} // namespace rill::transport
