#include "harness/load_client.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include "harness/clock.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

constexpr int events_per_turn = 512;
constexpr std::size_t buffer_size = 64 * 1024;
constexpr std::int64_t retry_pause = 200'000'000;
constexpr int opened_per_turn = 16;          // so that answers are seen soon after they came
constexpr int busy_wait = 1, idle_wait = 20; // ms; an idle client looks for orders only

} // namespace

load_client::load_client(const load_plan& plan, unsigned number, const load_control& control,
                         load_client_block& results)
    : plan_(plan), number_(number), control_(control), results_(results), counters_(results.counters),
      context_{.counters = results.counters,
               .window = results.window,
               .period = plan.period.count(),
               .ids = plan.ids,
               .id_step = plan.id_step},
      sources_(number, share_of(plan.streams, plan.processes, 0)),
      streams_(share_of(plan.streams, plan.processes, number)), buffer_(buffer_size),
      next_(static_cast<std::uint32_t>(streams_.size())),
      most_opening_(std::max(1U, plan.opening_at_once / plan.processes)), epoll_(::epoll_create1(EPOLL_CLOEXEC))
{
    if (epoll_ < 0) {
        throw std::system_error(errno, std::system_category(), "can't create an epoll");
    }
}

load_client::~load_client()
{
    ::close(epoll_);
}

void load_client::run()
{
    std::vector<epoll_event> events(events_per_turn);
    while (!control_.stop.load(std::memory_order_relaxed)) {
        const int count = ::epoll_wait(epoll_, events.data(), events_per_turn, wait_time());
        for (int i = 0; i < count; ++i) {
            handle(events[static_cast<std::size_t>(i)]);
        }
        const auto now = now_ns();
        check_timeouts(now);
        look_for_orders(now);
        open_some(now);
    }
}

int load_client::wait_time() const
{
    if (!has_to_open() || opening_count_ >= most_opening_) {
        return order_.leave_per_second > 0 ? busy_wait : idle_wait;
    }
    const bool can_open_now =
        plan_.ramp_per_second <= 0 || (!returning_.empty() && returning_.front().when <= now_ns());
    return can_open_now ? 0 : busy_wait;
}

// --- opening --------------------------------------------------------------------------------------------------------

void load_client::open_some(std::int64_t now)
{
    double allowed = static_cast<double>(streams_.size());
    if (plan_.ramp_per_second > 0) {
        allowed = plan_.ramp_per_second / plan_.processes * static_cast<double>(now - order_.from) / 1e9 + 1;
    }
    for (int i = 0; i < opened_per_turn && opening_count_ < most_opening_; ++i) {
        if (next_ < streams_.size() && next_ < allowed) {
            open(next_++);
        } else if (!returning_.empty() && returning_.front().when <= now) {
            const auto index = returning_.front().index;
            returning_.pop_front();
            open(index);
        } else {
            break;
        }
    }
}

void load_client::open(std::uint32_t index)
{
    auto& one = streams_[index];
    counters_.opened.add();
    one.since = now_ns();
    one.now = state::connecting;
    ++opening_count_;
    const auto source = !plan_.to.has_many_sources ? 0 : one.was_live ? sources_.next() : sources_.first(index);
    const auto socket = start_connection(plan_.to, source, plan_.is_to_freeze(index) ? plan_.frozen_buffer : 0);
    if (!socket) {
        fail(index, socket.error());
        return;
    }
    one.socket = *socket;
    opening_.push_back(index);
    watch(index, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
    if (one.now == state::connecting) {
        send_request(index); // on the loopback interface the connection is there already
    }
}

void load_client::send_request(std::uint32_t index)
{
    auto& one = streams_[index];
    const auto text = request(index);
    const auto sent = ::send(one.socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(text.size())) {
        one.now = state::waiting;
        watch(index, EPOLL_CTL_MOD, EPOLLIN);
    } else if (sent >= 0) { // the buffer of a new socket takes any request that makes sense
        fail(index, failure::cannot_connect);
    } else if (errno != EAGAIN && errno != ENOTCONN) {
        fail(index, connect_failure(errno));
    }
}

std::string load_client::request(std::uint32_t index) const
{
    const auto stream_of_all = std::uint64_t(index) * plan_.processes + number_;
    auto path = plan_.to.path;
    replace_all(path, topic_placeholder, std::to_string(plan_.topic_of(stream_of_all)));
    std::string text = "GET " + path + " HTTP/1.1\r\nHost: " + plan_.to.host + "\r\nAccept: text/event-stream\r\n";
    for (const auto& line : plan_.headers) {
        text += line + "\r\n";
    }
    if (const auto id = streams_[index].check.last_id(context_)) {
        text += "Last-Event-ID: " + std::to_string(*id) + "\r\n";
    }
    return text + "\r\n";
}

// The oldest come first, so that this looks at few.
void load_client::check_timeouts(std::int64_t now)
{
    for (; !opening_.empty(); opening_.pop_front()) {
        const auto index = opening_.front();
        if (const auto& one = streams_[index]; one.is_opening()) {
            if (now - one.since < plan_.answer_timeout.count()) {
                return;
            }
            fail(index, one.now == state::connecting ? failure::connect_timeout : failure::no_answer);
        }
    }
}

void load_client::answered(stream& one, std::int64_t now)
{
    one.now = state::live;
    --opening_count_;
    counters_.answered.add();
    counters_.live.add();
    if (one.was_live) {
        counters_.returned.add();
    }
    one.was_live = true;
    results_.window.answer.add(now - (order_.what == load_order::kind::cut ? order_.from : one.since));
}

// --- living ---------------------------------------------------------------------------------------------------------

void load_client::watch(std::uint32_t index, int operation, std::uint32_t events)
{
    epoll_event event{.events = events, .data = {.u64 = index}};
    if (::epoll_ctl(epoll_, operation, streams_[index].socket, &event) != 0) {
        fail(index, failure::no_descriptor);
    }
}

void load_client::handle(const epoll_event& event)
{
    const auto index = static_cast<std::uint32_t>(event.data.u64);
    switch (auto& one = streams_[index]; one.now) {
    case state::connecting:
        send_request(index); // says also why there is no connection
        break;
    case state::waiting:
    case state::live:
        receive(index);
        break;
    case state::frozen: // asked for hang-ups only
        counters_.evicted.add();
        counters_.live.subtract();
        close(one);
        break;
    case state::closed: // in this turn
    case state::failed:
        break;
    }
}

void load_client::receive(std::uint32_t index)
{
    auto& one = streams_[index];
    const bool is_live = one.now == state::live;
    const auto size = ::recv(one.socket, buffer_.data(), buffer_.size(), 0);
    if (size > 0) {
        const auto now = now_ns();
        if (const auto reason = one.check.feed({buffer_.data(), static_cast<std::size_t>(size)}, now, context_)) {
            fail(index, *reason);
        } else if (!is_live && one.check.has_head()) {
            answered(one, now);
        }
    } else if (size == 0) {
        fail(index, is_live ? failure::ended : failure::closed_early);
    } else if (errno != EAGAIN && errno != EINTR) {
        fail(index, is_live ? failure::reset : failure::reset_early);
    }
}

// A stream that wants to return is patient: it tries again, and counts as failed only when the order is over.
void load_client::fail(std::uint32_t index, failure reason)
{
    auto& one = streams_[index];
    const bool tries_again = one.is_opening() && order_.what == load_order::kind::cut && now_ns() < order_.until;
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
        returning_.push_back({now_ns() + retry_pause, index});
    }
}

void load_client::close(stream& one, bool by_reset)
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

} // namespace bench
