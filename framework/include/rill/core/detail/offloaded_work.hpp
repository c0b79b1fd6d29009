#pragma once

namespace rill::detail {

/// The work of one call of offload(). A thread pool uses this interface.
class offloaded_work
{
public:
    offloaded_work() = default;
    offloaded_work(const offloaded_work&) = delete;
    offloaded_work& operator=(const offloaded_work&) = delete;
    virtual ~offloaded_work() = default;

    /// Called by a thread of the pool. May throw.
    virtual void run() = 0;
};

} // namespace rill::detail
