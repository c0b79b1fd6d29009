#include "transport/worker_context.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <ctime>
#include <new>
#include <rill/core/shutdown_signal.hpp>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "core/date.hpp"
#include "transport/http1_connection.hpp"
#include "transport/socket.hpp"

namespace rill::transport {

namespace {

constexpr std::size_t trim_after = 1024;
constexpr capacity_limits no_limits{.max_queued_bytes = 0, .max_body_bytes = 0};
constexpr std::chrono::milliseconds trim_delay{250};
constexpr std::chrono::milliseconds drain_step{5};
constexpr std::uint64_t between_full_lines = 10'000; // ms

// Thousands of small blocks that were freed together stay with the C library otherwise: a server that has lost a crowd
// of clients would keep their memory for good.
void return_free_memory() noexcept
{
#if defined(__GLIBC__)
    ::malloc_trim(0);
#endif
}

} // namespace

worker_context::worker_context(asio::io_context& context, const handler& app, const connection_limits& limits,
                               const observer& observer, capacity* shared)
    : worker_context(context, app, limits, observer,
                     shared == nullptr ? std::make_unique<capacity>(no_limits) : nullptr, shared)
{}

worker_context::worker_context(asio::io_context& context, const handler& app, const connection_limits& limits,
                               const observer& observer, std::unique_ptr<capacity> own, capacity* shared)
    : io(context), timers(timer_service::of(context)),
      reactor(context, [](void* target, readiness what) { static_cast<http1_connection*>(target)->on_ready(what); }),
      app(app), limits(limits), events(observer), room(own ? *own : *shared),
      slow(context, [this](std::string_view who, std::chrono::milliseconds blocked) { log_slow(who, blocked); }),
      own_room_(std::move(own))
{
    static_cast<void>(shutdown_signal::of(io)); // a shutdown must not have to make it
    detail::unwinder::of(io).on_ignored = [this](const detail::cancelled_coroutine& which,
                                                 detail::unwinder::outcome what) { log_ignored(which, what); };
    trim_.owner = this;
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<trim_timer&>(node).owner->trim();
        }
    }};
    trim_.operations = &timer_kind;
    drain_.owner = this;
    static constexpr timer_operations drain_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<drain_timer&>(node).owner->drain_due_streams();
        }
    }};
    drain_.operations = &drain_kind;
}

// Connections that a shutdown could not end are left alone: their coroutines still refer to them.
worker_context::~worker_context()
{
    timers.remove(trim_);
    timers.remove(drain_);
    detail::unwinder::of(io).on_ignored = nullptr;
}

void worker_context::later(http1_connection& connection) noexcept
{
    try {
        later_.push_back(&connection);
    } catch (const std::bad_alloc&) {
        some_unnoted_ = true;
    }
    runs_later_.post(io, [this] { run_later(); });
}

void worker_context::run_later()
{
    detail::first_failure failure; // of a user's completion handler; the other connections must not be forgotten for it
    for (auto* connection : std::exchange(later_, {})) {
        failure.run([&] { connection->on_later(); });
    }
    if (std::exchange(some_unnoted_, false)) {
        run_unnoted(failure);
    }
    failure.rethrow();
}

// Those that wait for their turn without being in the list.
void worker_context::run_unnoted(detail::first_failure& failure)
{
    for (std::size_t i = 0; i < by_socket_.size(); ++i) {
        auto* connection = by_socket_[i];
        if (connection != nullptr && connection->deferred_ && std::ranges::find(later_, connection) == later_.end()) {
            failure.run([&] { connection->on_later(); });
        }
    }
}

void worker_context::reserve(int socket)
{
    const auto size = static_cast<std::size_t>(socket) + 1;
    if (by_socket_.size() < size) {
        by_socket_.resize(size);
    }
    if (room.counts_connections_by_address() && connection_addresses_.size() < size) {
        connection_addresses_.resize(size);
    }
    if (room.counts_streams_by_address() && stream_addresses_.size() < size) {
        stream_addresses_.resize(size);
    }
}

void worker_context::opened(http1_connection& connection, int socket) noexcept
{
    by_socket_[static_cast<std::size_t>(socket)] = &connection;
    ++connections_;
    ++figures.accepted;
}

capacity::place worker_context::admit(int socket)
{
    if (!room.counts_connections_by_address()) {
        return room.enter(0);
    }
    const auto address = address_key(peer_address(socket));
    connection_addresses_[static_cast<std::size_t>(socket)] = address;
    return room.enter(address);
}

bool worker_context::admit_late(int socket)
{
    return room.enter_late(connection_address(socket));
}

std::uint64_t worker_context::connection_address(int socket) const noexcept
{
    return room.counts_connections_by_address() ? connection_addresses_[static_cast<std::size_t>(socket)] : 0;
}

void worker_context::closed(int socket, capacity::place place)
{
    by_socket_[static_cast<std::size_t>(socket)] = nullptr;
    if (place != capacity::place::none_left) {
        room.leave(place, connection_address(socket));
    }
    --connections_;
    if (++closed_since_trim_ >= trim_after && !trim_.linked()) {
        timers.add(trim_, timers.now() + trim_delay);
    }
    end_pauses();
    check_drained();
}

void worker_context::cut_short(timer_node& pause)
{
    pauses_.push_back(&pause);
}

void worker_context::forget_pause(timer_node& pause) noexcept
{
    std::erase(pauses_, &pause);
}

// By their timers, as the descriptor is closed a little later than the connection.
void worker_context::end_pauses()
{
    for (auto* pause : pauses_) {
        if (pause->linked()) {
            timers.remove(*pause);
            timers.add(*pause, timers.now());
        }
    }
}

bool worker_context::enter_stream(int socket, std::string_view address)
{
    if (!room.counts_streams_by_address()) {
        return room.enter_stream(0);
    }
    return room.enter_stream(stream_addresses_[static_cast<std::size_t>(socket)] = address_key(address));
}

void worker_context::leave_stream(int socket) noexcept
{
    room.leave_stream(room.counts_streams_by_address() ? stream_addresses_[static_cast<std::size_t>(socket)] : 0);
}

// A storm that was not over when the memory was returned is followed by another look, as what is left of it may be too
// few to bring one about.
void worker_context::trim()
{
    const bool storm = std::exchange(closed_since_trim_, 0) >= 2 * trim_after;
    while (!by_socket_.empty() && by_socket_.back() == nullptr) {
        by_socket_.pop_back();
    }
    by_socket_.shrink_to_fit();
    return_free_memory();
    if (storm) {
        timers.add(trim_, timers.now() + trim_delay);
    }
}

std::size_t worker_context::report_streams(std::vector<stream_report>& to, std::size_t limit) const
{
    std::size_t count = 0;
    for (const auto* connection : by_socket_) {
        if (connection != nullptr && connection->streams() && count++ < limit) {
            to.push_back(connection->report());
        }
    }
    return count;
}

void worker_context::check_drained() noexcept
{
    if (draining_ && connections_ == 0 && on_drained) {
        tells_drained_.post(io, std::exchange(on_drained, nullptr));
    }
}

void worker_context::begin_drain(std::chrono::milliseconds spread)
{
    draining_ = true;
    shutdown_signal::of(io).request();
    std::size_t streams = 0;
    for (std::size_t i = 0; i < by_socket_.size(); ++i) { // by index: a handler that unwinds may do anything but close
        if (by_socket_[i] != nullptr && by_socket_[i]->streams()) {
            ++streams;
        } else if (by_socket_[i] != nullptr) {
            by_socket_[i]->drain();
        }
    }
    drain_.schedule = drain_schedule(streams, spread);
    drain_.began = timers.now();
    drain_due_streams();
    check_drained();
}

// Those that ended by themselves meanwhile leave the rest sooner through. Streams that begin from now on end at once.
void worker_context::drain_due_streams()
{
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(timers.now() - drain_.began);
    const auto due = drain_.schedule.due(passed);
    for (; drain_.ended < due && drain_.socket < by_socket_.size(); ++drain_.socket) {
        auto* connection = by_socket_[drain_.socket];
        if (connection != nullptr && connection->streams()) {
            ++drain_.ended;
            connection->drain();
        }
    }
    if (passed < drain_.schedule.window() && drain_.socket < by_socket_.size()) {
        timers.add(drain_, timers.now() + drain_step);
    }
}

void worker_context::cancel_all()
{
    for (std::size_t i = 0; i < by_socket_.size(); ++i) {
        if (by_socket_[i] != nullptr) {
            by_socket_[i]->abandon();
        }
    }
}

std::uint64_t worker_context::milliseconds() const noexcept
{
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(timers.now().time_since_epoch()).count());
}

std::string_view worker_context::date()
{
    const auto now = std::time(nullptr);
    if (now != date_second_) {
        date_second_ = now;
        const auto text = detail::http_date(std::chrono::sys_seconds(std::chrono::seconds(now)));
        date_.assign(text.data(), text.size());
    }
    return date_;
}

// Names the connection by a search, as it happens once for a handler that is wrong.
void worker_context::log_ignored(const detail::cancelled_coroutine& which, detail::unwinder::outcome what) const
{
    const auto* root = which.root != nullptr ? which.root : which.coroutine;
    const auto found =
        std::ranges::find_if(by_socket_, [root](const http1_connection* c) { return c != nullptr && c->is(*root); });
    const bool destroyed = what == detail::unwinder::outcome::destroyed;
    std::string text = which.root != nullptr ? "a task of " : "";
    text += found != by_socket_.end() ? (*found)->name() : "a coroutine in the background";
    text += destroyed ? " went on after its cancellation and was destroyed"
                      : " still runs, though it was cancelled " +
                            std::to_string(detail::unwinder::report_after.count()) + " s ago";
    log(log_level::error, text);
}

void worker_context::log_slow(std::string_view who, std::chrono::milliseconds blocked) const
{
    // No warning: on a machine that is short of CPUs it may be nobody's fault.
    log(log_level::info, std::string(who) + " has blocked its worker for " + std::to_string(blocked.count()) +
                             " ms: all others waited (rill::offload() runs such a function elsewhere)");
}

void worker_context::log_full(std::string_view what) noexcept
{
    const auto now = milliseconds();
    if (told_full_ && now - *told_full_ < between_full_lines) {
        return;
    }
    told_full_ = now;
    try {
        std::string text(what);
        text.append("; queued for slow clients: ").append(std::to_string(room.queued_bytes));
        text.append(" of ").append(std::to_string(room.limits.max_queued_bytes));
        text.append(" bytes, bodies of requests: ").append(std::to_string(room.body_bytes));
        text.append(" of ").append(std::to_string(room.limits.max_body_bytes)).append(" bytes");
        log(log_level::warning, text);
    } catch (...) { // it could not even be said
        return;
    }
}

void worker_context::log(log_level level, std::string_view text) const
{
    if (events.log) {
        events.log(level, text);
    }
}

} // namespace rill::transport
