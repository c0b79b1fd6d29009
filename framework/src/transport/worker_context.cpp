#include "transport/worker_context.hpp"

#include <string>

namespace rill::transport {

namespace {

constexpr capacity_limits no_limits{.max_queued_bytes = 0, .max_body_bytes = 0};

} // namespace

worker_context::worker_context(asio::io_context& context, const handler& app, const connection_limits& limits,
                               const observer& observer, capacity* shared)
    : io(context), timers(timer_service::of(context)), app(app), limits(limits), events(observer),
      own_capacity_(shared == nullptr ? std::make_unique<capacity>(no_limits) : nullptr),
      shared_capacity(shared == nullptr ? *own_capacity_ : *shared),
      reactor(context, [](void* target, readiness what) { static_cast<connection*>(target)->on_ready(what); }),
      log(observer, shared_capacity, timers),
      slow(context, [this](std::string_view handler, std::chrono::milliseconds time) { log.blocked(handler, time); }),
      extras(timers), admission(shared_capacity), deferred(context, table), drain(context, table),
      trimmer(timers, table), accept_pauses(timers)
{
    detail::unwinder::of(io).on_ignored = [this](const detail::cancelled_coroutine& which,
                                                 detail::unwinder::outcome what) { log_ignored(which, what); };
}

worker_context::~worker_context()
{
    detail::unwinder::of(io).on_ignored = nullptr;
}

void worker_context::reserve(int socket)
{
    table.reserve(socket);
    admission.reserve(socket);
}

void worker_context::opened(connection& c, stream_socket socket) noexcept
{
    table.add(socket.number(), c);
    ++stats.accepted;
}

void worker_context::closed(stream_socket socket, capacity::slot held)
{
    deferred.remove(socket.number());
    table.remove(socket.number());
    admission.release(socket, held);
    trimmer.connection_closed();
    accept_pauses.end_all();
    drain.connection_closed();
}

std::size_t worker_context::report_streams(std::vector<stream_report>& to, std::size_t max) const
{
    std::size_t count = 0;
    table.for_each([&](const connection& c) {
        if (c.has_stream() && count++ < max) {
            to.push_back(c.report());
        }
    });
    return count;
}

std::size_t worker_context::end_streams(const stream_predicate& which, close_reason reason)
{
    std::size_t ended = 0;
    table.for_each([&](connection& c) { ended += c.end_stream_if(which, reason) ? 1 : 0; });
    return ended;
}

void worker_context::cancel_all()
{
    table.for_each([](connection& c) { c.abandon(); });
}

std::uint64_t worker_context::milliseconds() const noexcept
{
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(timers.now().time_since_epoch()).count());
}

// Searches all connections. This is acceptable, because it happens only once for a handler that ignores its
// cancellation.
void worker_context::log_ignored(const detail::cancelled_coroutine& which, detail::unwinder::outcome what) const
{
    const auto& root = which.root != nullptr ? *which.root : *which.coroutine;
    const connection* found = nullptr;
    table.for_each([&](const connection& c) { found = c.runs(root) ? &c : found; });
    const bool destroyed = what == detail::unwinder::outcome::destroyed;
    std::string text = which.root != nullptr ? "a task of " : "";
    text += found != nullptr ? found->name() : "a coroutine in the background";
    text += destroyed ? " went on after its cancellation and was destroyed"
                      : " still runs, though it was cancelled " +
                            std::to_string(detail::unwinder::report_after.count()) + " s ago";
    log(log_level::error, text);
}

} // namespace rill::transport
