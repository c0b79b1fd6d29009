#include "client/connection_slots.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <rill/core/as_expected.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/detail/without_slot.hpp>

#include "client/deadline.hpp"
#include "client/on_cancellation.hpp"

namespace rill::client::detail {

// A pending acquire().
struct connection_slots::waiting : std::enable_shared_from_this<waiting>
{
    explicit waiting(asio::io_context& context) : context(context) {}

    template <class Handler>
    void wait(Handler handler)
    {
        on_cancellation(handler, weak_from_this(), [](auto& self) { self.end(asio::error::operation_aborted); });
        handler_.emplace(rill::detail::without_slot<Handler>{std::move(handler)});
    }

    // Completes the operation from the event loop. Only the first call has an effect. Therefore an assigned slot is
    // never lost. The coroutine gets the slot, even if it is cancelled before the completion.
    void end(error_code ec)
    {
        if (!std::exchange(ended, true)) {
            limit.disarm();
            asio::post(context, [self = shared_from_this(), ec] {
                if (self->handler_) {
                    self->handler_.complete(ec);
                }
            });
        }
    }

    asio::io_context& context;
    bool ended = false;
    deadline limit{[this] { end(asio::error::timed_out); }};

private:
    rill::detail::waiter handler_;
};

awaitable<result<connection_slots::lease>> connection_slots::acquire(key k, std::size_t max,
                                                                     std::chrono::milliseconds timeout)
{
    if (max == 0) {
        co_return lease();
    }
    auto& g = groups_[k]; // it exists as long as a connection is in use or a request waits
    if (g.used < max) {
        ++g.used;
        co_return lease(*this, std::move(k));
    }
    auto initiate = [&](auto&& handler) {
        const auto self = std::make_shared<waiting>(context_);
        self->wait(std::forward<decltype(handler)>(handler));
        self->limit.arm(timers_, timeout);
        g.queue.push_back(self);
    };
    const auto got = co_await asio::async_initiate<const as_expected_t, void(error_code)>(initiate, as_expected);
    if (got) {
        co_return lease(*this, std::move(k)); // release() has assigned the slot to this request
    }
    if (got.error() == asio::error::operation_aborted) {
        throw boost::system::system_error(got.error());
    }
    co_return tl::unexpected(got.error());
}

void connection_slots::release(const key& k)
{
    const auto found = groups_.find(k);
    if (closed_ || found == groups_.end()) {
        return;
    }
    auto& g = found->second;
    while (!g.queue.empty()) {
        const auto next = std::move(g.queue.front());
        g.queue.pop_front();
        if (!next->ended) {
            next->end({});
            return;
        }
    }
    if (--g.used == 0) {
        groups_.erase(found);
    }
}

void connection_slots::shutdown() noexcept
{
    closed_ = true;
    const auto groups = std::move(groups_); // destroying a coroutine may release a lease
    groups_.clear();
}

std::size_t connection_slots::in_use(const key& k) const
{
    const auto found = groups_.find(k);
    return found != groups_.end() ? found->second.used : 0;
}

} // namespace rill::client::detail
