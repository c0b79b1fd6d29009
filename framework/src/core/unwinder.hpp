#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>
#include <functional>
#include <memory>
#include <rill/core/detail/spawned_coroutine.hpp>
#include <rill/core/timer_service.hpp>

namespace rill::detail {

class coalesced_post;
struct cancellation_round;

/// A coroutine between its cancellation and its end.
struct cancelled_coroutine
    : cancellation_entry,
      boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>
{
    spawned_coroutine* coroutine = nullptr;
    asio::cancellation_signal* signal = nullptr;
    const spawned_coroutine* root = nullptr; ///< the coroutine that it is a task of, if that is known
    timer_service::clock::time_point since{};
    unsigned rounds = 0;            ///< how often its cancellation was repeated
    unsigned ignored = 0;           ///< how often it has continued with another operation of rill
    bool reached_operation = false; ///< whether the last cancellation has reached an operation of rill
    bool* gone = nullptr;           ///< to be set if the coroutine ends inside a repeated cancellation
    bool destroyed = false;
    bool reported = false;
};

/// Ends coroutines of one io_context that continue after their cancellation, such as
///
///     for (;;) try { co_await every.tick(); } catch (const std::exception&) {}
///
/// Asio throws from each co_await of a canceled coroutine, without a suspension, so such a loop would never return to
/// the event loop. In a coroutine that rill has started, a co_await after the cancellation suspends instead, and the
/// cancellation is repeated from the event loop. A coroutine that continues with an operation of rill `max_ignored`
/// times is destroyed where it waits. A coroutine that waits for an operation of Asio cannot be destroyed. Its
/// cancellation is repeated, at growing intervals, until it ends.
///
/// An execution-context service. Belongs to the thread that runs the context.
class unwinder : public asio::execution_context::service
{
public:
    using key_type = unwinder;
    static asio::execution_context::id id;

    /// How often a coroutine may continue with another operation of rill.
    static constexpr unsigned max_ignored = 64;
    /// A coroutine that still runs this long after its cancellation is reported.
    static constexpr std::chrono::seconds report_after{5};

    enum class outcome : unsigned char
    {
        destroyed,     ///< it has ignored `max_ignored` cancellations
        still_running, ///< it still runs, after report_after
    };

    explicit unwinder(asio::execution_context& context);
    ~unwinder() override;

    static unwinder& of(asio::io_context& context);

    /// Cancels a coroutine and watches it until it has ended. If there is no memory, cancels it once.
    void cancel(spawned_coroutine& coroutine, asio::cancellation_signal& signal,
                const spawned_coroutine* root = nullptr);

    /// Stops watching a coroutine. Does nothing if it is not watched.
    static void remove(spawned_coroutine& coroutine) noexcept;

    /// Called once for each coroutine that ignores its cancellation.
    std::function<void(const cancelled_coroutine&, outcome)> on_ignored;

private:
    using entry_list = boost::intrusive::list<cancelled_coroutine, boost::intrusive::constant_time_size<false>>;

    struct round_timer : timer_node
    {
        unwinder* owner = nullptr;
    };

    void shutdown() noexcept override;
    void watch(spawned_coroutine& coroutine, asio::cancellation_signal& signal, const spawned_coroutine* root) noexcept;
    void run_round();
    void repeat(cancelled_coroutine& entry);
    static void emit(asio::cancellation_signal& signal, asio::cancellation_type type, cancellation_round& round);
    /// Returns false if the coroutine has ended, and its entry with it.
    static bool emit(cancelled_coroutine& entry, asio::cancellation_type type, cancellation_round& round);
    void report(cancelled_coroutine& entry, outcome what);
    void schedule() noexcept;

    asio::io_context& io_;
    timer_service& timers_;
    entry_list entries_; // owns them
    round_timer timer_;
    std::unique_ptr<coalesced_post> next_round_;
};

/// Cancels the operation that the coroutine awaits: it completes with operation_aborted, from the event loop. A
/// coroutine that continues is canceled again, and in the end destroyed: see unwinder.
/// @param root the coroutine that this one is a task of, if it is known. The log names it.
void cancel(timer_service& timers, asio::cancellation_signal& signal, spawned_coroutine& coroutine,
            const spawned_coroutine* root = nullptr);

/// Called when the coroutine's bottom frame is destroyed. Calls `done` if the coroutine was destroyed where it waited.
void destroyed(spawned_coroutine& coroutine, spawn_done done);

} // namespace rill::detail
