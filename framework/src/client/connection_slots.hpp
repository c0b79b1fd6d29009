#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>
#include <rill/core/timer_service.hpp>
#include <string>
#include <utility>

namespace rill::client::detail {

/// Limits the number of connections that are in use at the same time. Further requests wait, and continue in the order
/// of their arrival. Belongs to one event loop.
class connection_slots
{
public:
    /// A client and an origin.
    using key = std::pair<const void*, std::string>;

    /// The right to use a connection. The lease must not outlive the connection_slots object.
    class lease
    {
    public:
        lease() = default;
        lease(connection_slots& slots, key k) : slots_(&slots), key_(std::move(k)) {}
        lease(lease&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)), key_(std::move(other.key_)) {}
        lease& operator=(lease&& other) noexcept
        {
            std::swap(slots_, other.slots_);
            std::swap(key_, other.key_);
            return *this;
        }
        ~lease()
        {
            if (slots_ != nullptr) {
                slots_->release(key_);
            }
        }

    private:
        connection_slots* slots_ = nullptr;
        key key_;
    };

    explicit connection_slots(asio::io_context& context) : context_(context), timers_(timer_service::of(context)) {}
    connection_slots(const connection_slots&) = delete;
    connection_slots& operator=(const connection_slots&) = delete;
    ~connection_slots() { shutdown(); }

    /// Waits until fewer than `max` connections of this key are in use. `max` 0: no limit. Cancellation throws
    /// operation_aborted. Fails with timed_out after `timeout`. `timeout` 0: no limit.
    awaitable<result<lease>> acquire(key k, std::size_t max, std::chrono::milliseconds timeout);

    /// Destroys all waiting coroutines at the end of the event loop.
    void shutdown() noexcept;

    std::size_t in_use(const key& k) const;

private:
    struct waiting;
    struct group
    {
        std::size_t used = 0;
        std::deque<std::shared_ptr<waiting>> queue;
    };

    void release(const key& k);

    asio::io_context& context_;
    timer_service& timers_;
    std::map<key, group> groups_;
    bool closed_ = false;
};

} // namespace rill::client::detail
