#include "testing/upstream_group.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <rill/http/headers.hpp>
#include <stdexcept>
#include <utility>

#include "client/connection_pool.hpp"
#include "http/printable.hpp"
#include "testing/memory_transport.hpp"

namespace rill::testing::detail {

void upstream_group::add(const std::string& host, std::shared_ptr<upstream_session> server)
{
    const auto refuse = [&host](const char* allowed) {
        throw std::invalid_argument("testing::upstream: host = '" + rill::detail::printable(host) + "': must be " +
                                    allowed);
    };
    if (host.empty()) {
        refuse("the host of a URL");
    }
    if (std::ranges::any_of(servers_, [&host](const entry& e) { return iequals(e.host, host); })) {
        refuse("the host of one server only");
    }
    servers_.push_back({host, std::move(server)});
}

void upstream_group::use(boost::asio::io_context& io) const
{
    using client::detail::connection_pool;
    using client::detail::transport;
    if (servers_.empty()) {
        return;
    }
    connection_pool::of(io).set_connector([this, &io](const std::string& host) -> result<std::unique_ptr<transport>> {
        const auto found = std::ranges::find_if(servers_, [&host](const entry& e) { return iequals(e.host, host); });
        if (found == servers_.end()) {
            return nullptr;
        }
        if (!found->server->accepts()) {
            return tl::unexpected(error_code(boost::asio::error::connection_refused));
        }
        return std::make_unique<memory_transport>(io, found->server);
    });
}

std::size_t upstream_group::run_turn() const
{
    std::size_t handlers = 0;
    for (const auto& [host, server] : servers_) {
        handlers += server->run_turn();
    }
    return handlers;
}

upstream_group::duration upstream_group::until_next() const
{
    duration next = timer_service::longest_wait;
    for (const auto& [host, server] : servers_) {
        next = std::min(next, server->until_next());
    }
    return next;
}

void upstream_group::advance(duration by) const
{
    for (const auto& [host, server] : servers_) {
        server->advance_by(by);
    }
}

bool upstream_group::wait_outside(std::chrono::steady_clock::time_point give_up, bool patience_is_over) const
{
    return std::ranges::any_of(servers_,
                               [&](const entry& e) { return e.server->wait_outside(give_up, patience_is_over); });
}

} // namespace rill::testing::detail
