#include "testing/memory_transport.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <rill/core/as_expected.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/detail/without_slot.hpp>
#include <string>
#include <utility>

#include "client/on_cancellation.hpp"

namespace rill::testing::detail {

namespace asio = boost::asio;

namespace {

// Like the buffers of a kernel: a write waits until the server has left fewer bytes unread.
constexpr std::size_t max_unread = 64UL * 1024;

} // namespace

// A pending wait is a timer that never becomes due. When the worker of the client ends, it aborts the timer, and the
// operation completes. A coroutine that waits therefore never keeps itself alive.
struct memory_transport::waiting : timer_node, std::enable_shared_from_this<memory_transport::waiting>
{
    explicit waiting(timer_service& timers) : timers(timers)
    {
        static constexpr timer_operations kind{[](timer_node& node, error_code) {
            auto& self = static_cast<waiting&>(node);
            self.handler.complete(self.outcome);
        }};
        operations = &kind;
    }
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;
    ~waiting() { timer_service::remove(*this); }

    template <class Handler>
    void begin(Handler h)
    {
        client::detail::on_cancellation(h, weak_from_this(),
                                        [](waiting& self) { self.end(asio::error::operation_aborted); });
        handler.emplace(rill::detail::without_slot<Handler>{std::move(h)});
        outcome = asio::error::operation_aborted;
        ending = false;
        timers.add(*this, timers.after(timer_service::longest_wait));
    }

    /// Completes the wait from the event loop of the client. Only the first call has an effect.
    void end(error_code ec)
    {
        if (handler && !std::exchange(ending, true)) {
            outcome = ec;
            timers.abort(*this);
        }
    }

    timer_service& timers;
    rill::detail::waiter handler;
    error_code outcome;
    bool ending = false;
};

memory_transport::memory_transport(asio::io_context& io, std::shared_ptr<upstream_session> server)
    : timers_(timer_service::of(io)), server_(std::move(server)), socket_(server_->connect_later()),
      waiting_(std::make_shared<waiting>(timers_))
{
    socket_->read_always(false);
    socket_->on_server_action = [w = waiting_.get()] { w->end({}); };
}

memory_transport::~memory_transport()
{
    socket_->on_server_action = nullptr;
    close();
}

// The coroutine may be destroyed while it waits. Then nothing uses `initiate` any more.
awaitable<result<void>> memory_transport::wait()
{
    auto initiate = [this](auto&& handler) { waiting_->begin(std::forward<decltype(handler)>(handler)); };
    auto ended = co_await asio::async_initiate<const as_expected_t, void(error_code)>(initiate, as_expected);
    co_return ended;
}

awaitable<result<std::size_t>> memory_transport::read_some(asio::mutable_buffer into)
{
    while (!closed_) {
        socket_->read(into.size());
        const auto bytes = socket_->take();
        if (!bytes.empty()) {
            std::ranges::copy(bytes, static_cast<char*>(into.data()));
            co_return bytes.size();
        }
        if (socket_->ended()) {
            const bool reset = socket_->was_reset();
            co_return tl::unexpected(error_code(reset ? error_code(asio::error::connection_reset) : asio::error::eof));
        }
        const auto changed = co_await wait();
        if (!changed) {
            co_return tl::unexpected(changed.error());
        }
    }
    co_return tl::unexpected(error_code(asio::error::operation_aborted));
}

// Waits until the server has read enough of the bytes that were written before.
awaitable<result<void>> memory_transport::wait_for_room()
{
    while (!closed_ && !socket_->was_reset() && !socket_->closed_by_server() && socket_->unread_bytes() >= max_unread) {
        const auto changed = co_await wait();
        if (!changed) {
            co_return changed;
        }
    }
    if (closed_) {
        co_return tl::unexpected(error_code(asio::error::operation_aborted));
    }
    if (socket_->was_reset() || socket_->closed_by_server()) {
        co_return tl::unexpected(error_code(asio::error::broken_pipe));
    }
    co_return result<void>();
}

awaitable<result<void>> memory_transport::write(std::span<const asio::const_buffer> buffers)
{
    for (const auto& buffer : buffers) {
        const auto room = co_await wait_for_room();
        if (!room) {
            co_return room;
        }
        socket_->send({static_cast<const char*>(buffer.data()), buffer.size()});
    }
    co_return result<void>();
}

void memory_transport::close() noexcept
{
    if (!std::exchange(closed_, true)) {
        socket_->leave();
        waiting_->end(asio::error::operation_aborted);
    }
}

bool memory_transport::is_idle() noexcept
{
    return !closed_ && !socket_->ended() && socket_->buffered() == 0;
}

} // namespace rill::testing::detail
