#include "harness/client/client_streams.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include "harness/client/request_text.hpp"
#include "harness/support/clock.hpp"

namespace bench {

namespace {

constexpr int max_events_per_turn = 512;

// If an event was due less than this time before the end of a measurement, it can still arrive and is not lost yet.
constexpr std::int64_t grace = 1'000'000'000;
constexpr std::size_t buffer_size = 64 * 1024;
constexpr std::int64_t retry_pause = 200'000'000;
constexpr int max_opened_per_turn = 16;      // limited, so that responses are read soon after their arrival
constexpr int busy_wait = 1, idle_wait = 20; // milliseconds; an idle client only polls for commands

} // namespace

client_streams::client_streams(const load_plan& plan, unsigned number, load_client_block& results)
    : plan_(plan), number_(number), results_(results), counters_(results.counters),
      context_{.counters = results.counters,
               .window = results.window,
               .period = plan.period.count(),
               .ids = plan.ids,
               .id_step = plan.id_step},
      sources_(number, share_of(plan.streams, plan.processes, 0)),
      streams_(share_of(plan.streams, plan.processes, number)), buffer_(buffer_size),
      next_(static_cast<std::uint32_t>(streams_.size())),
      max_connecting_(std::max(1U, plan.max_connecting / plan.processes)), epoll_(::epoll_create1(EPOLL_CLOEXEC))
{
    if (epoll_ < 0) {
        throw std::system_error(errno, std::system_category(), "cannot create an epoll instance");
    }
}

client_streams::~client_streams()
{
    ::close(epoll_);
}

void client_streams::poll(bool is_busy)
{
    std::array<epoll_event, max_events_per_turn> events;
    const int count = ::epoll_wait(epoll_, events.data(), max_events_per_turn, wait_time(is_busy));
    for (int i = 0; i < count; ++i) {
        handle(events[static_cast<std::size_t>(i)]);
    }
}

int client_streams::wait_time(bool is_busy) const
{
    if (!has_to_open() || opening_count_ >= max_connecting_) {
        return is_busy ? busy_wait : idle_wait;
    }
    const bool can_open_now =
        plan_.ramp_per_second <= 0 || (!reconnecting_.empty() && reconnecting_.front().when <= now_ns());
    return can_open_now ? 0 : busy_wait;
}

void client_streams::open_some(std::int64_t now)
{
    double allowed = static_cast<double>(streams_.size());
    if (plan_.ramp_per_second > 0) {
        allowed = plan_.ramp_per_second / plan_.processes * static_cast<double>(now - ramp_start_) / 1e9 + 1;
    }
    for (int i = 0; i < max_opened_per_turn && opening_count_ < max_connecting_; ++i) {
        if (next_ < streams_.size() && next_ < allowed) {
            open(next_++);
        } else if (!reconnecting_.empty() && reconnecting_.front().when <= now) {
            const auto index = reconnecting_.front().index;
            reconnecting_.pop_front();
            open(index);
        } else {
            break;
        }
    }
}

void client_streams::open(std::uint32_t index)
{
    auto& one = streams_[index];
    counters_.opened.add();
    one.since = now_ns();
    one.now = state::connecting;
    ++opening_count_;
    const auto source = !plan_.to.has_many_sources ? 0 : one.was_live ? sources_.next() : sources_.first(index);
    const auto socket = start_connection(plan_.to, source, plan_.is_stalled(index) ? plan_.stalled_receive_buffer : 0);
    if (!socket) {
        fail(index, socket.error());
        return;
    }
    one.socket = *socket;
    opening_.push_back(index);
    watch(index, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
    if (one.now == state::connecting) {
        send_request(index); // possible here, because connect() on the loopback interface completes at once
    }
}

void client_streams::send_request(std::uint32_t index)
{
    auto& one = streams_[index];
    const auto text =
        request_text(plan_, std::uint64_t(index) * plan_.processes + number_, one.check.last_id(context_));
    const auto sent = ::send(one.socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(text.size())) {
        one.now = state::waiting;
        watch(index, EPOLL_CTL_MOD, EPOLLIN);
    } else if (sent >= 0) { // incomplete; the buffer of a new socket has room for any reasonable request
        fail(index, failure::cannot_connect);
    } else if (errno != EAGAIN && errno != ENOTCONN) {
        fail(index, connect_failure(errno));
    }
}

// The oldest stream is first. Therefore the loop ends early.
void client_streams::check_timeouts(std::int64_t now)
{
    for (; !opening_.empty(); opening_.pop_front()) {
        const auto index = opening_.front();
        if (const auto& one = streams_[index]; one.is_opening()) {
            if (now - one.since < plan_.response_timeout.count()) {
                return;
            }
            fail(index, one.now == state::connecting ? failure::connect_timeout : failure::no_response);
        }
    }
}

void client_streams::on_response_head(stream& one, std::int64_t now)
{
    one.now = state::live;
    --opening_count_;
    counters_.answered.add();
    counters_.live.add();
    if (one.was_live) {
        counters_.reconnected.add();
    }
    one.was_live = true;
    results_.window.answer.add(now - (reconnect_start_ != 0 ? reconnect_start_ : one.since));
}

void client_streams::watch(std::uint32_t index, int operation, std::uint32_t events)
{
    epoll_event event{.events = events, .data = {.u64 = index}};
    if (::epoll_ctl(epoll_, operation, streams_[index].socket, &event) != 0) {
        fail(index, failure::no_descriptor);
    }
}

void client_streams::handle(const epoll_event& event)
{
    const auto index = static_cast<std::uint32_t>(event.data.u64);
    switch (auto& one = streams_[index]; one.now) {
    case state::connecting:
        send_request(index); // fails with the error of connect() if there is no connection
        break;
    case state::waiting:
    case state::live:
        receive(index);
        break;
    case state::stalled: // epoll reports only the end of the connection
        counters_.evicted.add();
        counters_.live.subtract();
        close(one);
        break;
    case state::closed: // the stream was closed earlier in this turn of the loop
    case state::failed:
        break;
    }
}

void client_streams::receive(std::uint32_t index)
{
    auto& one = streams_[index];
    const bool is_live = one.now == state::live;
    const auto size = ::recv(one.socket, buffer_.data(), buffer_.size(), 0);
    if (size > 0) {
        const auto now = now_ns();
        if (const auto reason = one.check.feed({buffer_.data(), static_cast<std::size_t>(size)}, now, context_)) {
            fail(index, *reason);
        } else if (!is_live && one.check.has_head()) {
            on_response_head(one, now);
        }
    } else if (size == 0) {
        fail(index, is_live ? failure::ended : failure::closed_early);
    } else if (errno != EAGAIN && errno != EINTR) {
        fail(index, is_live ? failure::reset : failure::reset_early);
    }
}

// A stream that reconnects is tried again after an error, until `retry_until_`.
void client_streams::fail(std::uint32_t index, failure reason)
{
    auto& one = streams_[index];
    const bool tries_again = one.is_opening() && now_ns() < retry_until_;
    if (one.now == state::live) {
        counters_.live.subtract();
    } else {
        --opening_count_;
    }
    if (reason == failure::not_200) {
        const auto status = static_cast<std::size_t>(one.check.status());
        counters_.statuses[std::min(status, counters_.statuses.size() - 1)].add();
    }
    (tries_again ? counters_.retried : counters_.failed)[static_cast<std::size_t>(reason)].add();
    close(one);
    one.now = tries_again ? state::closed : state::failed;
    if (tries_again) {
        one.check.reconnect();
        reconnecting_.push_back({now_ns() + retry_pause, index});
    }
}

void client_streams::close(stream& one, bool by_reset)
{
    if (one.check.has_event()) {
        counters_.with_events.subtract();
    }
    if (one.socket >= 0) {
        close_connection(one.socket, by_reset);
        one.socket = -1;
    }
    one.now = state::closed;
}

void client_streams::begin_opening(std::int64_t ramp_start)
{
    ramp_start_ = ramp_start;
    next_ = 0;
}

void client_streams::begin_reconnecting(std::int64_t start, std::int64_t retry_until)
{
    reconnect_start_ = start;
    retry_until_ = retry_until;
}

void client_streams::stop_opening()
{
    counters_.failed[static_cast<std::size_t>(failure::not_opened)].add(streams_.size() - next_ + reconnecting_.size());
    next_ = size();
    reconnecting_.clear();
}

void client_streams::abort_opening()
{
    stop_opening();
    retry_until_ = 0; // from now on a failed attempt is final
    for (const auto index : opening_) {
        if (const auto& one = streams_[index]; one.is_opening()) {
            fail(index, one.now == state::connecting ? failure::connect_timeout : failure::no_response);
        }
    }
    opening_.clear();
}

void client_streams::begin_measurement(std::int64_t from, std::int64_t until)
{
    context_.from = from;
    context_.until = until;
}

void client_streams::end_measurement(std::int64_t until)
{
    context_.until = until;
    for (auto& one : streams_) {
        if (one.now == state::live) {
            one.check.end_measurement(grace, context_);
        }
    }
}

void client_streams::disconnect(std::uint32_t index, std::int64_t reconnect_at, bool by_reset)
{
    auto& one = streams_[index];
    counters_.disconnected.add();
    counters_.live.subtract();
    close(one, by_reset);
    one.check.reconnect();
    reconnecting_.push_back({reconnect_at, index});
}

void client_streams::close_share(double share)
{
    double due = 0;
    for (auto& one : streams_) {
        due += one.now == state::live ? share : 0;
        if (one.now == state::live && due >= 1) {
            due -= 1;
            counters_.closed.add();
            counters_.live.subtract();
            close(one);
        }
    }
}

void client_streams::stall()
{
    for (std::uint32_t index = 0; index < streams_.size(); ++index) {
        auto& one = streams_[index];
        if (one.now == state::live && plan_.is_stalled(index)) {
            one.now = state::stalled;
            counters_.stalled.add();
            watch(index, EPOLL_CTL_MOD, EPOLLRDHUP);
        }
    }
}

} // namespace bench
