#include "transport/deferred_list.hpp"

#include "core/exception_collector.hpp"

namespace rill::transport {

int& deferred_list::next_of(int socket) const noexcept
{
    return connections_.at(static_cast<std::size_t>(socket))->next_deferred_;
}

void deferred_list::push(int socket) noexcept
{
    auto& next = next_of(socket);
    if (next != connection::not_deferred) {
        return;
    }
    next = end;
    (first_ == end ? first_ : next_of(last_)) = socket;
    last_ = socket;
    ++size_;
    next_run_.post(context_, [this] { run(); });
}

int deferred_list::pop() noexcept
{
    const int socket = first_;
    first_ = std::exchange(next_of(socket), connection::not_deferred);
    --size_;
    return socket;
}

void deferred_list::remove(int socket) noexcept
{
    if (next_of(socket) == connection::not_deferred) {
        return;
    }
    if (first_ == socket) {
        pop();
        return;
    }
    int before = first_;
    while (next_of(before) != socket) {
        before = next_of(before);
    }
    next_of(before) = std::exchange(next_of(socket), connection::not_deferred);
    last_ = last_ == socket ? before : last_;
    --size_;
}

// Connections that are added during this run wait for the next run, so that they do not delay other work of the event
// loop. An exception of a user's completion handler must not stop the run.
void deferred_list::run()
{
    detail::exception_collector failure;
    for (auto left = size_; left != 0 && first_ != end; --left) {
        auto* next = connections_.at(static_cast<std::size_t>(pop()));
        failure.run([next] { next->on_deferred(); });
    }
    failure.rethrow();
}

} // namespace rill::transport
