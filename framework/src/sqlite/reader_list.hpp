#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <rill/pubsub/backplane.hpp>
#include <thread>
#include <vector>

namespace rill::sqlite::detail {

/// The readers of a log. One thread, the deliverer, calls them. Any thread may add and remove readers.
class reader_list
{
public:
    using reader = pubsub::backplane::reader;

    struct start
    {
        reader* to = nullptr;
        std::size_t max_past_events = 0;
    };

    /// Adds a reader that the deliverer starts.
    void add(reader& r, std::size_t max_past_events);
    /// Waits until the deliverer has started the reader, at most for that time. Does not wait in the deliverer itself.
    void wait_until_started(const reader& r, std::chrono::milliseconds timeout);
    /// After it has returned, the deliverer never calls the reader again. A reader may remove itself.
    void remove(reader& r);

    // For the deliverer.

    bool has_new() const;
    /// Starts each new reader: calls `begin(r, max_past_events)`, and then adds it to the others. `begin` returns false
    /// if it cannot start the reader yet.
    template <class F>
    void start_new(F begin)
    {
        const delivery lock(*this);
        for (auto next = first_new(); next; next = first_new()) {
            if (!begin(*next->to, next->max_past_events)) {
                return;
            }
            started(*next->to);
        }
    }
    void deliver(pubsub::event_draft event, std::uint64_t id);
    void gap(std::uint64_t id);

private:
    /// Locks the calls of the readers, and notes the thread of the deliverer.
    class delivery
    {
    public:
        explicit delivery(reader_list& list);
        delivery(const delivery&) = delete;
        delivery& operator=(const delivery&) = delete;
        ~delivery();

    private:
        reader_list& list_;
        std::unique_lock<std::mutex> lock_;
    };
    std::optional<start> first_new() const;
    void started(reader& r);
    bool is_deliverer() const;

    std::mutex calls_; ///< locked while readers are called; locked before mutex_
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<start> new_;
    std::vector<reader*> live_; ///< nullptr: removed by a reader during a call
    std::thread::id deliverer_{};
};

} // namespace rill::sqlite::detail
