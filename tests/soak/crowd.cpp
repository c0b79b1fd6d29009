#include "soak/crowd.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "soak/server_line.hpp"
#include "soak/sockets.hpp"

namespace rill_soak {

crowd::crowd(std::size_t size, std::uint16_t port, dice& chance)
    : port_(port), dice_(chance), clients_(size), epoll_(::epoll_create1(EPOLL_CLOEXEC))
{}

crowd::~crowd()
{
    ::close(epoll_);
}

void crowd::begin_due()
{
    const auto now = steady::now();
    for (auto& c : clients_) {
        if (now >= c.next && (c.socket < 0 || c.frozen)) {
            c.frozen ? thaw(c) : open(c);
        }
    }
}

void crowd::open(client& c)
{
    const auto index = static_cast<std::size_t>(&c - clients_.data());
    c.next = steady::now() + dice_.between(200, 1000);
    c.socket = connect_to(port_, static_cast<unsigned>(index));
    if (c.socket < 0) {
        return;
    }
    c.seen.begin();
    c.asked = false;
    epoll_event event{.events = EPOLLOUT, .data = {.u64 = index}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, c.socket, &event);
}

void crowd::watch(client& c, std::uint32_t events)
{
    epoll_event event{.events = events, .data = {.u64 = static_cast<std::uint64_t>(&c - clients_.data())}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, c.socket, &event);
}

void crowd::thaw(client& c)
{
    c.frozen = false;
    watch(c, EPOLLIN);
}

void crowd::close(client& c, bool by_reset)
{
    by_reset ? reset(c.socket) : static_cast<void>(::close(c.socket));
    c.socket = -1;
    c.frozen = false;
    c.next = steady::now() + dice_.between(20, 1000);
}

void crowd::make_trouble()
{
    const auto count = [this] { return (clients_.size() + dice_.pick(5000)) / 5000; };
    for (auto n = count(); n != 0; --n) {
        auto& c = clients_[dice_.pick(clients_.size())];
        if (c.socket >= 0 && c.asked) {
            const bool by_reset = dice_.pick(2) == 0;
            ++(by_reset ? tally_.resets : tally_.left);
            close(c, by_reset);
        }
    }
    auto& c = clients_[dice_.pick(clients_.size())];
    if (c.socket >= 0 && c.asked && !c.frozen) {
        ++tally_.freezes;
        c.frozen = true;
        c.next = steady::now() + dice_.between(500, 8000);
        watch(c, 0);
    }
}

void crowd::handle_events()
{
    std::vector<epoll_event> events(1024);
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 10);
    for (int i = 0; i < count; ++i) {
        auto& c = clients_[events[static_cast<std::size_t>(i)].data.u64];
        if (c.socket >= 0 && !c.asked) {
            ask(c);
        } else if (c.socket >= 0 && !c.frozen) {
            receive(c);
        } else if (c.socket >= 0) {
            // The stream has ended while its client was frozen. The client requests the unread events again.
            close(c, false);
        }
    }
}

void crowd::ask(client& c)
{
    const bool direct = (&c - clients_.data()) % 2 == 0;
    auto request = std::string("GET ") + (direct ? "/direct" : "/handled") + " HTTP/1.1\r\nHost: t\r\n";
    if (!c.seen.last_id().empty()) {
        request += "Last-Event-ID: " + c.seen.last_id() + "\r\n";
    }
    request += "\r\n";
    if (::send(c.socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
        return close(c, false);
    }
    c.asked = true;
    watch(c, EPOLLIN);
}

void crowd::receive(client& c)
{
    static char bytes[64 * 1024];
    const auto count = ::recv(c.socket, bytes, sizeof bytes, 0);
    if (count < 0 && errno == EAGAIN) {
        return;
    }
    if (count <= 0) {
        tally_.ended += 1;
        return close(c, false);
    }
    if (const auto wrong = c.seen.read({bytes, static_cast<std::size_t>(count)})) {
        fail("client " + std::to_string(&c - clients_.data()) + ": " + *wrong);
    }
}

void crowd::end()
{
    for (auto& c : clients_) {
        if (c.socket >= 0) {
            close(c, false);
        }
        c.next = steady::time_point::max();
    }
}

bool crowd::have_seen(unsigned life, std::uint64_t number) const
{
    return std::ranges::all_of(clients_,
                               [&](const client& c) { return c.seen.life() == life && c.seen.number() == number; });
}

std::uint64_t crowd::events() const
{
    std::uint64_t sum = 0;
    for (const auto& c : clients_) {
        sum += c.seen.events();
    }
    return sum;
}

std::uint64_t crowd::gaps() const
{
    std::uint64_t sum = 0;
    for (const auto& c : clients_) {
        sum += c.seen.gaps();
    }
    return sum;
}

} // namespace rill_soak
