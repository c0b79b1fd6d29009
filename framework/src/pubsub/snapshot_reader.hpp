#pragma once

#include "pubsub/history.hpp"
#include "pubsub/past_source.hpp"
#include "pubsub/ready_list.hpp"
#include "pubsub/snapshot_calls.hpp"
#include "pubsub/topic_store.hpp"

namespace rill::pubsub::detail {

/// Supplies the events of a snapshot to one stream. When the snapshot arrives, sets the position of the stream. The
/// store then has all events that follow, even if the stream takes the snapshot slowly.
///
/// Belongs to the thread of its worker.
class snapshot_reader final : public past_source,
                              public snapshot_receiver,
                              public std::enable_shared_from_this<snapshot_reader>
{
public:
    enum class state : std::uint8_t
    {
        idle,    ///< the log has not begun
        waiting, ///< a call of the application serves the stream
        reading, ///< the snapshot has arrived
        ended,   ///< the stream has taken all of its events
        failed,
    };

    /// @param at_least  the smallest sequence number at which the snapshot may be taken
    explicit snapshot_reader(std::uint64_t at_least = 0) noexcept
        : past_source(source_kind::snapshot), at_least_(at_least)
    {}
    ~snapshot_reader() override;

    /// A client that is cut before the end of the snapshot needs a snapshot again.
    log_id position_id() const override { return {}; }

    /// Returns the next event of the snapshot. Returns an empty event if the snapshot has not arrived, or if all its
    /// events were returned. now() distinguishes these cases.
    /// @param worker  the mailbox of this thread
    /// @param ready  the list to which the owner is added when the snapshot has arrived
    encoded_event next(topic_store& store, const mailbox::address& worker, ready_list& ready);

    /// The owner becomes ready.
    void arrive(snapshot_outcome outcome) override;
    bool begin(const snapshot_calls::call_pointer& call) override;

    state now() const noexcept { return now_; }
    error_code failure() const noexcept { return failure_; }

private:
    void join(const mailbox::address& worker);
    void accept();
    void fail(error_code why) noexcept;
    void leave() noexcept;

    const std::uint64_t at_least_;
    std::shared_ptr<snapshot_calls> calls_;
    snapshot_calls::call_pointer call_;
    std::shared_ptr<const taken_snapshot> snapshot_;
    std::size_t at_ = 0;
    topic_store* store_ = nullptr; ///< the owner holds it
    ready_list* ready_ = nullptr;
    error_code failure_;
    state now_ = state::idle;
    std::uint8_t attempts_ = 0;
};

} // namespace rill::pubsub::detail
