#include "client/connection_pool.hpp"

#include <algorithm>

namespace rill::client::detail {

asio::execution_context::id connection_pool::id;

connection_pool::connection_pool(asio::execution_context& context)
    : asio::execution_context::service(context), timers_(timer_service::of(static_cast<asio::io_context&>(context))),
      slots_(static_cast<asio::io_context&>(context))
{}

connection_pool& connection_pool::of(asio::io_context& context)
{
    return asio::use_service<connection_pool>(context);
}

std::unique_ptr<transport> connection_pool::take(const owner& by, const std::string& origin)
{
    for (auto i = idle_.size(); i-- > 0;) {
        if (!idle_[i].belongs_to(by) || idle_[i].origin != origin) {
            continue;
        }
        auto connection = std::move(idle_[i].connection);
        idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
        if (connection->is_idle()) {
            return connection;
        }
    }
    return nullptr;
}

void connection_pool::put(const owner& by, std::string origin, std::unique_ptr<transport> connection)
{
    if (!connection->is_idle()) {
        return;
    }
    const auto& o = *by;
    const auto until = o.keep_alive.count() > 0 ? timers_.after(o.keep_alive) : timer_service::clock::time_point::max();
    idle_.push_back({by, origin, std::move(connection), until});
    enforce_limits(by, origin);
    arm_sweep();
}

void connection_pool::enforce_limits(const owner& by, const std::string& origin)
{
    std::erase_if(idle_, [](const entry& e) { return e.by.expired(); });
    // Removes the oldest connections for which `counts` is true, until at most `max` of them remain.
    const auto enforce = [&](std::size_t max, auto counts) {
        auto excess = static_cast<std::size_t>(std::ranges::count_if(idle_, counts));
        excess -= std::min(excess, max);
        std::erase_if(idle_, [&](const entry& e) { return counts(e) && excess != 0 && excess-- != 0; });
    };
    enforce(by->max_idle_per_origin, [&](const entry& e) { return e.belongs_to(by) && e.origin == origin; });
    enforce(by->max_idle_connections, [&](const entry& e) { return e.belongs_to(by); });
}

void connection_pool::remove_expired()
{
    const auto now = timers_.now();
    std::erase_if(idle_, [&](const entry& e) { return e.until <= now || e.by.expired(); });
    arm_sweep();
}

void connection_pool::arm_sweep()
{
    const auto now = timers_.now();
    const auto next = std::ranges::min_element(idle_, {}, &entry::until);
    if (next != idle_.end() && next->until != timer_service::clock::time_point::max()) {
        sweep_.arm(timers_, std::chrono::ceil<std::chrono::milliseconds>(next->until - now));
    }
}

} // namespace rill::client::detail
