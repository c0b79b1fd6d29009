#include "soak/troublemakers.hpp"

#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include "soak/sockets.hpp"

namespace rill_soak {

using steady = std::chrono::steady_clock;

void troublemakers::begin()
{
    if (all_.size() >= 100) {
        return;
    }
    const int socket = connect_to(port_, 7);
    if (socket < 0) {
        return;
    }
    const bool drips = dice_.pick(2) == 0;
    ++(drips ? slow_heads_ : garbage_);
    all_.push_back({socket, drips, steady::now() + dice_.between(200, drips ? 12'000 : 1000)});
}

void troublemakers::tend()
{
    const auto now = steady::now();
    std::erase_if(all_, [&](one& t) {
        if (now < t.end) {
            go_on(t);
            return false;
        }
        ::close(t.socket);
        return true;
    });
}

void troublemakers::go_on(one& t)
{
    static constexpr std::string_view head = "GET /direct HTTP/1.1\r\nHost: t\r\nX-Filler: ";
    if (t.drips) {
        if (dice_.pick(25) == 0) {
            ::send(t.socket, head.data() + t.dripped++ % head.size(), 1, MSG_NOSIGNAL);
        }
        return;
    }
    std::string bytes(dice_.pick(400), '\0');
    for (auto& b : bytes) {
        b = static_cast<char>(dice_.pick(256));
    }
    ::send(t.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

} // namespace rill_soak
