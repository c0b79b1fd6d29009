#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stage.hpp"

namespace rill_test {

/// The connection of a client of a random schedule: to an endpoint, or to a handler that sends a subscription.
class model_connection
{
public:
    void open_direct(manual_loop& loop, const rill::handler& route, std::string_view id, std::string target = "/")
    {
        direct_ = std::make_unique<direct_client>(loop, route, id, std::move(target));
    }
    void open_coroutine(manual_loop& loop, rill::pubsub::subscription s)
    {
        coroutine_ = std::make_unique<coroutine_client>(loop, std::move(s));
    }

    /// Returns nullptr if the client is not connected.
    fake_writer* out() const { return direct_ ? &direct_->out : coroutine_ ? &coroutine_->out : nullptr; }
    /// Whether the server has ended the stream. The client must be connected.
    bool has_ended() const { return out()->ended != rill::close_reason::open || (coroutine_ && coroutine_->done); }
    /// Disconnects the client. Returns the events that it has received on this connection.
    std::vector<seen_event> cut()
    {
        direct_ ? direct_->cut() : coroutine_->cut();
        auto events = parse_events(out()->sent);
        direct_.reset();
        coroutine_.reset();
        return events;
    }

private:
    std::unique_ptr<direct_client> direct_;
    std::unique_ptr<coroutine_client> coroutine_;
};

/// Lets the processes read and deliver everything, in `turns` turns. Calls reconnect() for each client whose stream has
/// ended, because it was too slow.
template <class Planes, class Clients, class Reconnect>
void settle(manual_loop& loop, const Planes& planes, Clients& clients, int turns, const Reconnect& reconnect)
{
    for (int i = 0; i != turns; ++i) {
        loop.turn();
        for (const auto& p : planes) {
            p->failing = false;
            p->deliver();
            p->pending() != 0 ? p->answer() : void();
        }
        for (auto& c : clients) {
            if (c.connection.has_ended()) {
                loop.turn();
                reconnect(c);
            }
        }
    }
}

} // namespace rill_test
