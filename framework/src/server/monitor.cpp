#include "server/monitor.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <rill/core/as_expected.hpp>
#include <rill/core/detail/context_of.hpp>

#include "transport/worker_context.hpp"

namespace rill {

namespace {

constexpr std::chrono::seconds patience{1};

using clock = std::chrono::steady_clock;
using timer = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, asio::io_context::executor_type>;

// Shared with the workers that are asked, which may answer when nobody waits any more.
struct inquiry
{
    std::size_t missing = 0;
    timer* waits = nullptr; ///< of the asker's; null when it is gone
};

struct asker
{
    explicit asker(asio::io_context& context) : waits(context) { shared->waits = &waits; }
    asker(const asker&) = delete;
    asker& operator=(const asker&) = delete;
    ~asker() { shared->waits = nullptr; }

    timer waits;
    std::shared_ptr<inquiry> shared = std::make_shared<inquiry>();
};

void answer(inquiry& shared, const std::function<void()>& deliver)
{
    if (shared.waits == nullptr) {
        return;
    }
    deliver();
    if (--shared.missing == 0) {
        shared.waits->cancel();
    }
}

} // namespace

asio::execution_context::id monitor::id;

monitor& monitor::of(asio::io_context& context)
{
    return asio::use_service<monitor>(context);
}

awaitable<std::size_t> ask_workers(question q)
{
    const auto executor = co_await asio::this_coro::executor;
    auto& context = detail::context_of(executor);
    const auto workers = monitor::of(context).workers;
    asker self(context);
    self.shared->missing = workers->size();
    self.waits.expires_after(patience);
    for (const auto& member : *workers) {
        if (&member.context->io == &context) {
            q (*member.context)();
            --self.shared->missing;
            continue;
        }
        const auto back = mailbox::of(context).get_address();
        // A worker that is gone counts as one that does not answer, and an asker that is gone wants no answer.
        static_cast<void>(member.mail.post([q, &worker = *member.context, back, shared = self.shared] {
            static_cast<void>(back.post([shared, deliver = q(worker)] { answer(*shared, deliver); }));
        }));
    }
    if (self.shared->missing != 0) {
        static_cast<void>(co_await self.waits.async_wait(as_expected));
    }
    co_return self.shared->missing;
}

} // namespace rill
