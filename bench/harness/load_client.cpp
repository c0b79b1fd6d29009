#include "harness/load_client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.hpp"

namespace bench {

namespace {

constexpr int events_per_turn = 512;
constexpr std::size_t buffer_size = 64 * 1024;
constexpr std::uint32_t streams_per_source = 10'000; // beyond that connect() searches long for a free port
constexpr std::int64_t longest_grace = 1'000'000'000;

failure connect_failure(int error)
{
    return error == ECONNREFUSED                           ? failure::refused
           : error == EADDRNOTAVAIL || error == EADDRINUSE ? failure::no_free_port
           : error == EMFILE || error == ENFILE            ? failure::no_descriptor
           : error == ETIMEDOUT                            ? failure::connect_timeout
                                                           : failure::cannot_connect;
}

std::string make_request(const load_plan& plan)
{
    auto request = "GET " + plan.to.path + " HTTP/1.1\r\nHost: " + plan.to.host + "\r\nAccept: text/event-stream\r\n";
    for (const auto& line : plan.headers) {
        request += line + "\r\n";
    }
    return request + "\r\n";
}

} // namespace

load_client::load_client(const load_plan& plan, unsigned number, const load_control& control,
                         load_client_block& results)
    : plan_(plan), number_(number), control_(control), results_(results),
      context_{.counters = results.counters, .window = results.window, .period = plan.period.count(), .ids = plan.ids},
      request_(make_request(plan)), streams_(share_of(plan.streams, plan.processes, number)), buffer_(buffer_size),
      most_opening_(std::max(1U, plan.opening_at_once / plan.processes)), epoll_(::epoll_create1(EPOLL_CLOEXEC))
{}

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
        look_for_orders(now);
        if (is_opening()) {
            open_some(now);
        }
        check_timeouts(now);
    }
}

// Short enough for orders to be seen soon, long enough to cost nothing.
int load_client::wait_time() const
{
    return is_opening() && opening_count_ < most_opening_ ? 2 : 20;
}

void load_client::look_for_orders(std::int64_t now)
{
    if (const auto number = control_.number.load(std::memory_order_acquire); number != order_number_) {
        order_number_ = number;
        begin(control_.order);
    }
    switch (order_.what) {
    case load_order::kind::none:
        break;
    case load_order::kind::open:
        if (control_.give_up.load(std::memory_order_relaxed)) {
            give_up_opening();
        }
        if (next_ == streams_.size() && opening_count_ == 0) {
            finish_order();
        }
        break;
    case load_order::kind::measure:
        if (const auto until = std::min(order_.until, control_.end_early.load(std::memory_order_relaxed)); now >= until)
        {
            end_measurement(until);
            finish_order();
        }
        break;
    }
}

void load_client::begin(const load_order& order)
{
    order_ = order;
    if (order.what == load_order::kind::open) {
        opening_since_ = now_ns();
    } else if (order.what == load_order::kind::measure) {
        results_.window = load_window();
        context_.from = order.from;
        context_.until = order.until;
    }
}

void load_client::finish_order()
{
    order_ = {};
    results_.done.store(order_number_, std::memory_order_release);
}

bool load_client::is_opening() const
{
    return order_.what == load_order::kind::open && next_ < streams_.size();
}

// --- connecting -----------------------------------------------------------------------------------------------------

void load_client::open_some(std::int64_t now)
{
    auto allowed = static_cast<double>(streams_.size());
    if (plan_.ramp_per_second > 0) {
        allowed = plan_.ramp_per_second / plan_.processes * static_cast<double>(now - opening_since_) / 1e9 + 1;
    }
    while (next_ < streams_.size() && opening_count_ < most_opening_ && next_ < allowed) {
        open(next_++);
    }
}

void load_client::open(std::uint32_t index)
{
    auto& one = streams_[index];
    results_.counters.opened.add();
    one.since = now_ns();
    one.now = state::connecting;
    ++opening_count_;
    if (start_connecting(one, index)) {
        opening_.push_back(index);
        send_request(one, index); // on the loopback interface the connection is there already
    }
}

bool load_client::start_connecting(stream& one, std::uint32_t index)
{
    const auto& address = plan_.to.address;
    one.socket = ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (one.socket < 0) {
        fail(one, connect_failure(errno));
        return false;
    }
    if (plan_.to.has_many_sources) {
        // Each process has addresses of its own. The port is chosen by connect(), which knows the whole quadruple.
        const auto per_process = share_of(plan_.streams, plan_.processes, 0) / streams_per_source + 1;
        sockaddr_in source{};
        source.sin_family = AF_INET;
        source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number_ * per_process + index / streams_per_source);
        const int on = 1;
        ::setsockopt(one.socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (::bind(one.socket, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0) {
            fail(one, connect_failure(errno));
            return false;
        }
    }
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(one.socket, generic, plan_.to.address_size) != 0 && errno != EINPROGRESS) {
        fail(one, connect_failure(errno));
        return false;
    }
    epoll_event event{.events = EPOLLIN | EPOLLOUT, .data = {.u64 = index}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, one.socket, &event) != 0) {
        fail(one, failure::no_descriptor);
        return false;
    }
    return true;
}

void load_client::send_request(stream& one, std::uint32_t index)
{
    const auto sent = ::send(one.socket, request_.data(), request_.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(request_.size())) {
        one.now = state::waiting;
        epoll_event event{.events = EPOLLIN, .data = {.u64 = index}};
        ::epoll_ctl(epoll_, EPOLL_CTL_MOD, one.socket, &event);
    } else if (sent >= 0 || (errno != EAGAIN && errno != ENOTCONN)) { // an empty socket takes it whole
        fail(one, sent >= 0 ? failure::cannot_connect : connect_failure(errno));
    }
}

void load_client::give_up_opening()
{
    results_.counters.failed[static_cast<std::size_t>(failure::not_opened)].add(streams_.size() - next_);
    next_ = static_cast<std::uint32_t>(streams_.size());
    for (const auto index : opening_) {
        if (auto& one = streams_[index]; one.now == state::connecting || one.now == state::waiting) {
            fail(one, one.now == state::connecting ? failure::connect_timeout : failure::no_answer);
        }
    }
    opening_.clear();
}

// The oldest come first, so that this looks at few.
void load_client::check_timeouts(std::int64_t now)
{
    for (; !opening_.empty(); opening_.pop_front()) {
        auto& one = streams_[opening_.front()];
        if (one.now == state::connecting || one.now == state::waiting) {
            if (now - one.since < plan_.answer_timeout.count()) {
                return;
            }
            fail(one, one.now == state::connecting ? failure::connect_timeout : failure::no_answer);
        }
    }
}

// --- receiving ------------------------------------------------------------------------------------------------------

void load_client::handle(const epoll_event& event)
{
    const auto index = static_cast<std::uint32_t>(event.data.u64);
    auto& one = streams_[index];
    if (one.now == state::connecting) {
        send_request(one, index); // says also why the connection did not come about
    } else if (one.now == state::waiting || one.now == state::live) {
        receive(one);
    }
}

void load_client::receive(stream& one)
{
    const bool is_live = one.now == state::live;
    const auto size = ::recv(one.socket, buffer_.data(), buffer_.size(), 0);
    if (size > 0) {
        const auto now = now_ns();
        if (const auto reason = one.check.feed({buffer_.data(), static_cast<std::size_t>(size)}, now, context_)) {
            fail(one, *reason);
        } else if (!is_live && one.check.has_head()) {
            answered(one, now);
        }
    } else if (size == 0) {
        fail(one, is_live ? failure::ended : failure::closed_early);
    } else if (errno != EAGAIN && errno != EINTR) {
        fail(one, is_live ? failure::reset : failure::reset_early);
    }
}

void load_client::answered(stream& one, std::int64_t now)
{
    one.now = state::live;
    --opening_count_;
    results_.counters.answered.add();
    results_.counters.live.add();
    results_.answer_time.add(now - one.since);
}

void load_client::fail(stream& one, failure reason)
{
    auto& counters = results_.counters;
    if (one.now == state::live) {
        counters.live.subtract();
    } else {
        --opening_count_;
    }
    if (one.check.has_event()) {
        counters.with_events.subtract();
    }
    counters.failed[static_cast<std::size_t>(reason)].add();
    if (reason == failure::not_200) {
        counters
            .statuses[std::min<std::size_t>(static_cast<std::size_t>(one.check.status()), counters.statuses.size() - 1)]
            .add();
    }
    one.now = state::failed;
    if (one.socket >= 0) {
        ::close(one.socket);
        one.socket = -1;
    }
}

// What was sent a moment ago may still be on its way.
void load_client::end_measurement(std::int64_t until)
{
    context_.until = until;
    const auto grace = std::min(context_.period / 2, longest_grace);
    for (auto& one : streams_) {
        if (one.now == state::live) {
            one.check.close_beats(until - grace, until, context_);
        }
    }
}

} // namespace bench
