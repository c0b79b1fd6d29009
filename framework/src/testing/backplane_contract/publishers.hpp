#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "testing/backplane_contract/trial.hpp"

namespace rill::testing::contract {

/// Threads that append events with new data to the connections of a trial. Each thread waits for its outcomes in
/// between, so that many appends run at the same time, but not without a limit.
class publishers
{
public:
    /// @param count  number of threads; thread i uses connection i modulo their number
    /// @param events  number of events of each thread; SIZE_MAX: until join()
    publishers(trial& t, std::size_t count, std::size_t events);
    publishers(const publishers&) = delete;
    publishers& operator=(const publishers&) = delete;
    ~publishers() { join(); }

    /// Waits until all threads have ended. Threads without a limit then end.
    void join();

    /// Number of appends up to now.
    std::size_t appended() const noexcept { return appended_; }
    /// Waits until this number of appends has begun. Returns false after the patience of the trial.
    bool await_appended(std::size_t count) const;

private:
    void run(pubsub::backplane& log, std::size_t events);

    trial& trial_;
    std::atomic<bool> ending_{false};
    std::atomic<std::size_t> appended_{0};
    std::vector<std::thread> threads_;
};

} // namespace rill::testing::contract
