#pragma once

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>
#include <functional>
#include <memory>
#include <rill/core/detail/spawned_coroutine.hpp>
#include <rill/core/timer_service.hpp>

namespace rill::detail {

class coalesced_post;
struct cancellation_round;

/// A cancelled coroutine that has not ended yet.
struct cancelled_coroutine
    : cancellation_entry,
      boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>
{
    spawned_coroutine* coroutine = nullptr;
    const spawned_coroutine* root = nullptr; ///< the coroutine whose task group runs this one; null if unknown
    timer_service::clock::time_point since{};
    unsigned rounds = 0;            ///< rounds since its cancellation, or since its last operation of rill
    unsigned ignored = 0;           ///< how many further operations of rill it has started
    bool reached_operation = false; ///< whether the last cancellation reached an operation of rill
    bool* gone = nullptr;           ///< the flag to set if the coroutine ends inside a cancellation
    bool destroyed = false;
    bool reported = false;
};

/// Ends the coroutines of an io_context that continue after their cancellation, such as
///
///     for (;;) try { co_await every.tick(); } catch (const std::exception&) {}
///
/// With Asio alone, each co_await of a cancelled coroutine throws at once, without a suspension. Therefore this loop
/// would never return to the event loop. In a coroutine that rill has started, a co_await after the cancellation
/// suspends instead. The event loop then repeats the cancellation. If a coroutine continues `max_ignored` times with
/// another operation of rill, the unwinder destroys it while it waits. The unwinder cannot destroy a coroutine that
/// waits for an operation of Asio. It repeats the cancellation of such a coroutine, at growing intervals, until the
/// coroutine ends.
///
/// This is an execution-context service. It belongs to the thread that runs the context.
class unwinder : public asio::execution_context::service
{
public:
    using key_type = unwinder;
    static asio::execution_context::id id;

    /// Maximum number of further operations of rill that a coroutine may start after its cancellation.
    static constexpr unsigned max_ignored = 64;
    /// The unwinder reports a coroutine that still runs this time after its cancellation.
    static constexpr std::chrono::seconds report_after{5};

    enum class outcome : unsigned char
    {
        destroyed,     ///< the coroutine has ignored `max_ignored` cancellations
        still_running, ///< the coroutine still runs after report_after
    };

    explicit unwinder(asio::execution_context& context);
    ~unwinder() override;

    static unwinder& of(asio::io_context& context);

    /// Cancels a coroutine, and repeats the cancellation until the coroutine has ended. If memory is missing, cancels
    /// the coroutine only once.
    void cancel(spawned_coroutine& coroutine, const spawned_coroutine* root = nullptr);

    /// Stops watching a coroutine. Does nothing if the coroutine is not watched.
    static void remove(spawned_coroutine& coroutine) noexcept;

    /// Called for a coroutine that ignores its cancellation, at most once for each outcome.
    std::function<void(const cancelled_coroutine&, outcome)> on_ignored;

private:
    using entry_list = boost::intrusive::list<cancelled_coroutine, boost::intrusive::constant_time_size<false>>;

    struct round_timer : timer_node
    {
        unwinder* owner = nullptr;
    };

    void shutdown() noexcept override;
    void watch(spawned_coroutine& coroutine, const spawned_coroutine* root) noexcept;
    void run_round();
    void repeat(cancelled_coroutine& entry);
    static void emit(const spawned_coroutine& coroutine, asio::cancellation_type type, cancellation_round& round);
    /// Returns false if the coroutine has ended. Then its entry is deleted, too.
    static bool emit(cancelled_coroutine& entry, asio::cancellation_type type, cancellation_round& round);
    void report(cancelled_coroutine& entry, outcome what);
    void schedule() noexcept;

    asio::io_context& io_;
    timer_service& timers_;
    entry_list entries_; // owns the entries
    round_timer timer_;
    std::unique_ptr<coalesced_post> next_round_;
};

/// Cancels the operation that the coroutine awaits. The event loop completes this operation with operation_aborted. If
/// the coroutine continues after that, it is cancelled again, and it may be destroyed: see unwinder.
/// @param root the coroutine whose task group runs this one; null if it is unknown. The log names it.
void cancel(timer_service& timers, spawned_coroutine& coroutine, const spawned_coroutine* root = nullptr);

/// Called when the bottom frame of the coroutine is destroyed. Calls `done` if the unwinder has destroyed the
/// coroutine.
void destroyed(spawned_coroutine& coroutine, spawn_done done);

} // namespace rill::detail
