#include "server/operations/worker_group.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <rill/core/as_expected.hpp>
#include <rill/core/detail/context_of.hpp>

#include "transport/worker_context.hpp"

namespace rill {

namespace {

constexpr std::chrono::seconds query_timeout{1};

using clock = std::chrono::steady_clock;
using timer = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, asio::io_context::executor_type>;

// The coroutine shares this object with the queried workers, because they may answer after the coroutine has ended.
struct pending_answers
{
    std::size_t missing = 0;
    timer* timeout = nullptr; ///< the coroutine's timer; null after the coroutine has ended
};

struct query_state
{
    explicit query_state(asio::io_context& context) : timeout(context) { answers->timeout = &timeout; }
    query_state(const query_state&) = delete;
    query_state& operator=(const query_state&) = delete;
    ~query_state() { answers->timeout = nullptr; }

    timer timeout;
    std::shared_ptr<pending_answers> answers = std::make_shared<pending_answers>();
};

void accept_answer(pending_answers& answers, const std::function<void()>& deliver)
{
    if (answers.timeout == nullptr) {
        return;
    }
    deliver();
    if (--answers.missing == 0) {
        answers.timeout->cancel();
    }
}

} // namespace

asio::execution_context::id worker_group::id;

worker_group& worker_group::of(asio::io_context& context)
{
    return asio::use_service<worker_group>(context);
}

awaitable<std::size_t> query_workers(worker_query query)
{
    const auto executor = co_await asio::this_coro::executor;
    auto& context = detail::context_of(executor);
    const auto workers = worker_group::of(context).workers;
    query_state state(context);
    state.answers->missing = workers->size();
    state.timeout.expires_after(query_timeout);
    for (const auto& member : *workers) {
        if (&member.context->io == &context) {
            query (*member.context)();
            --state.answers->missing;
            continue;
        }
        const auto reply_to = mailbox::of(context).get_address();
        // Both results may be ignored. A worker that has ended gives no answer, and a coroutine that has ended needs no
        // answer.
        static_cast<void>(member.mail.post([query, &worker = *member.context, reply_to, answers = state.answers] {
            static_cast<void>(reply_to.post([answers, deliver = query(worker)] { accept_answer(*answers, deliver); }));
        }));
    }
    if (state.answers->missing != 0) {
        static_cast<void>(co_await state.timeout.async_wait(as_expected));
    }
    co_return state.answers->missing;
}

} // namespace rill
