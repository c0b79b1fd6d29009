#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <rill/client/options.hpp>
#include <rill/core/timer_service.hpp>
#include <string>
#include <vector>

#include "client/connection_slots.hpp"
#include "client/deadline.hpp"
#include "client/transport.hpp"

namespace rill::client::detail {

/// The idle connections of one event loop, for all clients. The pool is a service. Therefore the event loop closes the
/// connections when it is destroyed. Belongs to the thread of the event loop.
class connection_pool : public asio::execution_context::service
{
public:
    using key_type = connection_pool;
    using owner = std::shared_ptr<const http_options>;
    static asio::execution_context::id id;

    explicit connection_pool(asio::execution_context& context);
    /// The pool of the event loop. The first call creates it.
    static connection_pool& of(asio::io_context& context);

    timer_service& timers() noexcept { return timers_; }
    /// The connections that are in use.
    connection_slots& slots() noexcept { return slots_; }

    /// Connects to a host without the network. Returns nullptr for a host that it does not know. For tests.
    using connector = std::function<result<std::unique_ptr<transport>>(const std::string& host)>;
    void set_connector(connector c) { connector_ = std::move(c); }
    /// Calls the connector. Returns nullptr if the pool has no connector.
    result<std::unique_ptr<transport>> connect(const std::string& host) const
    {
        return connector_ ? connector_(host) : nullptr;
    }

    /// Removes and returns the connection of this owner to the origin that has been idle for the shortest time. Returns
    /// nullptr if the owner has no idle connection to the origin. Discards connections that the server has closed.
    std::unique_ptr<transport> take(const owner& by, const std::string& origin);

    /// Adds an idle connection. Closes the oldest connections of the owner if there are too many.
    void put(const owner& by, std::string origin, std::unique_ptr<transport> connection);

    /// Number of idle connections.
    std::size_t size() const noexcept { return idle_.size(); }

private:
    struct entry
    {
        std::weak_ptr<const http_options> by;
        std::string origin;
        std::unique_ptr<transport> connection;
        timer_service::clock::time_point until;

        bool belongs_to(const owner& o) const noexcept { return !by.owner_before(o) && !o.owner_before(by); }
    };

    void shutdown() noexcept override
    {
        idle_.clear();
        slots_.shutdown();
    }
    void enforce_limits(const owner& by, const std::string& origin);
    void remove_expired();
    void arm_sweep();

    timer_service& timers_;
    connection_slots slots_;
    connector connector_;
    std::vector<entry> idle_; // the oldest first
    deadline sweep_{[this] { remove_expired(); }};
};

} // namespace rill::client::detail
