#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <rill/core/mailbox.hpp>
#include <string>
#include <vector>

#include "pubsub/taken_snapshot.hpp"

namespace rill::pubsub::detail {

struct snapshot_call;

/// A stream that waits for a snapshot. Its functions are called in the thread of its worker.
class snapshot_receiver
{
public:
    /// Receives the snapshot, or the error of the call.
    virtual void arrive(snapshot_outcome outcome) = 0;
    /// Begins the call in this worker.
    /// @return false if the stream has ended
    virtual bool begin(const std::shared_ptr<snapshot_call>& call) = 0;

protected:
    ~snapshot_receiver() = default;
};

/// A stream that waits for a snapshot, and its worker.
struct snapshot_joiner
{
    std::weak_ptr<snapshot_receiver> receiver;
    mailbox::address worker;
};

/// One call of channel_options::snapshot. The mutex of snapshot_calls guards it.
struct snapshot_call
{
    enum class state : std::uint8_t
    {
        queued,
        running,
        done, ///< it has ended, or all of its streams have left
    };

    std::string topics; ///< the key in the table
    state now = state::queued;
    bool is_active = false; ///< counts as one of the calls at one time
    std::vector<snapshot_joiner> joiners;
    std::size_t waiting = 0;                        ///< the joiners that have not left
    std::shared_ptr<const taken_snapshot> snapshot; ///< its result
    std::function<void()> cancel;                   ///< cancels the running call; thread-safe
};

/// The calls of channel_options::snapshot of one store, and their results that still serve further streams. Limits the
/// number of calls at one time. A call runs in the worker of one of its streams.
///
/// Thread-safe. A thread that holds the mutex may lock the mutex of the store, but nothing else.
class snapshot_calls : public std::enable_shared_from_this<snapshot_calls>
{
public:
    using call_pointer = std::shared_ptr<snapshot_call>;
    struct joined
    {
        call_pointer call;
        std::shared_ptr<const taken_snapshot> snapshot;
    };

    /// @param max_calls  at least 1
    explicit snapshot_calls(std::size_t max_calls) noexcept : max_calls_(max_calls) {}
    snapshot_calls(const snapshot_calls&) = delete;
    snapshot_calls& operator=(const snapshot_calls&) = delete;

    /// Adds a stream to the call for these topics. Begins a new call if no call runs and the stream cannot use the last
    /// result.
    /// @param is_usable  bool(const taken_snapshot&), called while the mutex is held
    /// @return the call, with its result if the stream does not have to wait. Otherwise the stream receives the result
    /// later, or leave() must be called
    template <class F>
    joined join(const std::string& topics, snapshot_joiner joiner, F&& is_usable)
    {
        joined found;
        {
            const std::lock_guard lock(mutex_);
            auto& present = by_topics_[topics];
            if (present && present->snapshot && is_usable(*present->snapshot)) {
                return {present, present->snapshot};
            }
            found.call = add(present, topics, std::move(joiner));
        }
        try {
            start_next();
        } catch (...) { // memory is exhausted
            leave(found.call);
            throw;
        }
        return found;
    }

    /// Removes a stream that waits. If it was the last one, the call is cancelled.
    void leave(const call_pointer& call);

    /// Call this when the call has begun.
    /// @param cancel  cancels the call; thread-safe
    void on_start(const call_pointer& call, std::function<void()> cancel);
    /// Call this if the call could not begin because this stream or its worker has ended. Another stream begins it.
    void on_no_start(const call_pointer& call, const std::weak_ptr<snapshot_receiver>& stream);
    /// Passes the result to all streams that wait.
    /// @return whether there are such streams
    bool finish(const call_pointer& call, snapshot_outcome outcome);
    /// From now on, the result does not serve further streams.
    void forget(const call_pointer& call);
    /// The same for all results.
    void forget_all();

    /// The number of results and calls that the table holds.
    std::size_t size() const;

private:
    class start_ticket;

    call_pointer add(call_pointer& present, const std::string& topics, snapshot_joiner joiner);
    void remove(const snapshot_call& call);
    void deactivate(snapshot_call& call) noexcept;
    void start_next();
    void start(const call_pointer& call);
    static bool post(const snapshot_joiner& to, const std::shared_ptr<start_ticket>& ticket);
    std::optional<snapshot_joiner> next_joiner(snapshot_call& call);

    const std::size_t max_calls_;
    mutable std::mutex mutex_;
    std::map<std::string, call_pointer, std::less<>> by_topics_;
    std::deque<call_pointer> queue_;
    std::size_t active_ = 0;
};

} // namespace rill::pubsub::detail
