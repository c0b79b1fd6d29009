#include "testing/backplane_contract/publishers.hpp"

#include <chrono>

namespace rill::testing::contract {

namespace {

constexpr std::size_t events_at_one_time = 8; // of each thread

} // namespace

publishers::publishers(trial& t, std::size_t count, std::size_t events) : trial_(t)
{
    for (std::size_t i = 0; i != count; ++i) {
        threads_.emplace_back([this, log = t.logs()[i % t.logs().size()], events] { run(*log, events); });
    }
}

void publishers::run(pubsub::backplane& log, std::size_t events)
{
    std::vector<append_pointer> waiting;
    for (std::size_t i = 0; i != events && (events != SIZE_MAX || !ending_); ++i) {
        const auto data = trial_.next_data();
        waiting.push_back(trial_.append(log, {.data = data}));
        ++appended_;
        if (waiting.size() == events_at_one_time) {
            for (const auto& append : waiting) {
                append->wait(trial_.patience()); // trial::await_all() reports an append without an outcome
            }
            waiting.clear();
            std::this_thread::sleep_for(std::chrono::milliseconds(1)); // so that the case does its work meanwhile
        }
    }
}

void publishers::join()
{
    ending_ = true;
    for (auto& thread : threads_) {
        if (thread.joinable()) {
            thread.join();
        }
    }
}

bool publishers::await_appended(std::size_t count) const
{
    const auto end = std::chrono::steady_clock::now() + trial_.patience();
    while (appended_ < count && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::microseconds(100)); // no busy loop
    }
    return appended_ >= count;
}

} // namespace rill::testing::contract
