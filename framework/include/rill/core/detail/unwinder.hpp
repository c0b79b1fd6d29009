#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <rill/core/detail/spawned_coroutine.hpp>
#include <rill/core/timer_service.hpp>

namespace rill::detail {

class coalesced_post;
struct cancellation_round;

/// A coroutine between its cancellation and its end.
struct cancelled_coroutine
{
    cancelled_coroutine* prev = this;
    cancelled_coroutine* next = this;
    spawned_coroutine* coroutine = nullptr;
    asio::cancellation_signal* signal = nullptr;
    const spawned_coroutine* root = nullptr; ///< the coroutine that it is a task of, if that is known
    void* works_with = nullptr;              ///< spawned_coroutine::works_with()
    timer_service::clock::time_point since{};
    unsigned rounds = 0;      ///< how often its cancellation was repeated
    unsigned swallowed = 0;   ///< how often it has gone on to another operation of rill
    bool reached_one = false; ///< whether the last cancellation has reached an operation of rill
    bool* gone = nullptr;     ///< to be set when the coroutine ends inside a repeated cancellation
    bool destroyed = false;
    bool reported = false;
};

/// Ends the coroutines of one io_context that go on after their cancellation, such as
///
///     for (;;) try { co_await every.tick(); } catch (const std::exception&) {}
///
/// Asio throws from each co_await of a cancelled coroutine, without a suspension, so such a loop would never give the
/// thread back. In the coroutines that rill starts a co_await after the cancellation suspends instead, and the
/// cancellation is repeated from the event loop. A coroutine that goes on to an operation of rill `patience` times is
/// destroyed where it waits. One that waits for an operation of Asio can't be destroyed; its cancellation is repeated,
/// less and less often, until it ends.
///
/// An execution-context service. Belongs to the thread that runs the context.
class unwinder : public asio::execution_context::service
{
public:
    using key_type = unwinder;
    static asio::execution_context::id id;

    /// How often a coroutine may go on to another operation of rill.
    static constexpr unsigned patience = 64;
    /// A coroutine that still runs this long after its cancellation is reported.
    static constexpr std::chrono::seconds report_after{5};

    enum class outcome : unsigned char
    {
        destroyed, ///< it has swallowed `patience` cancellations
        lingers,   ///< it still runs, after report_after
    };

    explicit unwinder(asio::execution_context& context);
    ~unwinder() override;

    static unwinder& of(asio::io_context& context);

    /// Cancels a coroutine and watches it until it has ended. Without memory it is cancelled once.
    void cancel(spawned_coroutine& coroutine, asio::cancellation_signal& signal,
                const spawned_coroutine* root = nullptr);

    /// Ends that. Does nothing for a coroutine that is not watched.
    static void forget(spawned_coroutine& coroutine) noexcept;

    /// Called once for each coroutine that ignores its cancellation.
    std::function<void(const cancelled_coroutine&, outcome)> on_ignored;

private:
    struct round_timer : timer_node
    {
        unwinder* owner = nullptr;
    };

    void shutdown() noexcept override;
    void watch(spawned_coroutine& coroutine, asio::cancellation_signal& signal, const spawned_coroutine* root) noexcept;
    void run_round();
    void repeat(cancelled_coroutine& entry);
    static void emit(asio::cancellation_signal& signal, asio::cancellation_type type, cancellation_round& round);
    /// False: the coroutine has ended, and its entry is gone.
    static bool emit(cancelled_coroutine& entry, asio::cancellation_type type, cancellation_round& round);
    void report(cancelled_coroutine& entry, outcome what);
    void schedule() noexcept;

    asio::io_context& io_;
    timer_service& timers_;
    cancelled_coroutine entries_;
    round_timer timer_;
    std::unique_ptr<coalesced_post> turn_;
};

} // namespace rill::detail
