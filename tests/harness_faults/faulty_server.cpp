// An SSE server with one defect, to test that the harness detects it. It uses plain sockets and does not use rill.
//
//     faulty_server PORT MODE EVERY
//
// Each stream gets an event at once and then one event every 100 ms, with ids from 1 and CLOCK_REALTIME in nanoseconds
// as data. Every EVERY-th connection has the defect MODE. `delay` stalls the whole server. GET /count returns JSON that
// counts no ended streams.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::int64_t period = 100'000'000;
constexpr unsigned fault_at = 5; ///< the number of the event with the defect
constexpr std::int64_t stall = 3'000'000'000;

enum class mode
{
    good,
    no_ids,       ///< no defect, but no ids
    drop,         ///< skips an event and its id
    drop_unseen,  ///< sends no ids and skips every third event
    dry_up,       ///< sends no more events
    repeat,       ///< sends an event twice
    reorder,      ///< swaps two events
    delay,        ///< stops once for 3 s
    close,        ///< ends the stream
    reset,        ///< resets the connection
    status_500,   ///< responds with 500
    mute,         ///< sends no response
    garbage,      ///< responds with bytes that are not HTTP
    html,         ///< responds with 200 and another Content-Type
    cut_head,     ///< closes the connection within the response head
    broken_chunk, ///< sends a chunk whose size is not a number
    stray,        ///< the ids increase by two; one event has an id in between
};

const std::map<std::string_view, mode> modes{
    {"good", mode::good},         {"no_ids", mode::no_ids},
    {"drop", mode::drop},         {"drop_unseen", mode::drop_unseen},
    {"dry_up", mode::dry_up},     {"repeat", mode::repeat},
    {"reorder", mode::reorder},   {"delay", mode::delay},
    {"close", mode::close},       {"reset", mode::reset},
    {"500", mode::status_500},    {"mute", mode::mute},
    {"garbage", mode::garbage},   {"html", mode::html},
    {"cut_head", mode::cut_head}, {"broken_chunk", mode::broken_chunk},
    {"stray", mode::stray},
};

std::int64_t now_ns()
{
    std::timespec now{};
    std::timespec_get(&now, TIME_UTC);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

struct connection
{
    int socket = -1;
    bool is_faulty = false;
    bool is_streaming = false;
    std::string request{};
    unsigned sent = 0; ///< number of ticks, with or without an event
    std::int64_t due = 0;
};

class server
{
public:
    server(std::uint16_t port, mode how, unsigned every) : mode_(how), every_(every)
    {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        const int on = 1;
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(listener_, 64) != 0)
        {
            std::perror("faulty_server");
            std::exit(1);
        }
    }

    [[noreturn]] void run()
    {
        for (;;) {
            wait();
            accept_all();
            for (auto& one : connections_) {
                receive(one);
            }
            for (auto& one : connections_) {
                keep_beat(one);
            }
            std::erase_if(connections_, [](const connection& one) { return one.socket < 0; });
        }
    }

private:
    void wait()
    {
        std::vector<pollfd> list{{.fd = listener_, .events = POLLIN, .revents = 0}};
        auto next = now_ns() + period;
        for (const auto& one : connections_) {
            list.push_back({.fd = one.socket, .events = POLLIN, .revents = 0});
            if (one.is_streaming) {
                next = std::min(next, one.due);
            }
        }
        ::poll(list.data(), list.size(), static_cast<int>(std::max<std::int64_t>(next - now_ns(), 0) / 1'000'000 + 1));
    }

    void accept_all()
    {
        for (int socket = 0; (socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;) {
            connections_.push_back({.socket = socket});
        }
    }

    void receive(connection& one)
    {
        std::array<char, 4096> buffer{};
        const auto size = ::recv(one.socket, buffer.data(), buffer.size(), 0);
        if (size > 0) {
            one.request.append(buffer.data(), static_cast<std::size_t>(size));
        } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
            close(one);
            return;
        }
        if (!one.is_streaming && one.request.find("\r\n\r\n") != std::string::npos) {
            if (one.request.starts_with("GET /count ")) {
                send(one, "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"timed_out\":0}");
                close(one);
                return;
            }
            one.request.clear();
            one.is_faulty = ++requests_ % every_ == 0;
            answer(one);
        }
    }

    void answer(connection& one)
    {
        const auto how = one.is_faulty ? mode_ : mode::good;
        const std::string good = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
        switch (how) {
        case mode::status_500:
            send(one, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
            return;
        case mode::mute:
            return;
        case mode::garbage:
            send(one, "220 mail.example.org ESMTP\r\n");
            return;
        case mode::html:
            send(one, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n");
            return;
        case mode::cut_head:
            send(one, good);
            close(one);
            return;
        case mode::broken_chunk:
            send(one, good + "Transfer-Encoding: chunked\r\n\r\n");
            break;
        default:
            send(one, good + "\r\n");
        }
        one.is_streaming = true;
        one.due = now_ns();
    }

    void keep_beat(connection& one)
    {
        while (one.is_streaming && one.due <= now_ns()) {
            one.due += period;
            tick(one, ++one.sent);
        }
    }

    /// Sends the n-th event of a stream, from 1, or the defect in its place.
    void tick(connection& one, unsigned n)
    {
        const bool is_now = n == fault_at;
        switch (one.is_faulty ? mode_ : mode::good) {
        case mode::no_ids:
            event(one, 0);
            return;
        case mode::drop:
            if (!is_now) {
                event(one, n);
            }
            return;
        case mode::drop_unseen:
            if (n % 3 != 0) {
                event(one, 0);
            }
            return;
        case mode::dry_up:
            if (n < fault_at) {
                event(one, n);
            }
            return;
        case mode::repeat:
            event(one, n);
            if (is_now) {
                event(one, n);
            }
            return;
        case mode::reorder:
            event(one, n == fault_at ? n + 1 : n == fault_at + 1 ? n - 1 : n);
            return;
        case mode::delay:
            if (is_now && !has_stalled_) {
                has_stalled_ = true;
                sleep_for(stall);
            }
            event(one, n);
            return;
        case mode::close:
        case mode::reset:
            is_now ? close(one, mode_ == mode::reset) : event(one, n);
            return;
        case mode::stray:
            event(one, n);
            if (is_now) {
                send(one, "id: " + std::to_string(2 * n + 1) + "\ndata: " + std::to_string(now_ns()) + "\n\n");
            }
            return;
        case mode::broken_chunk:
            send(one, is_now ? "what?\r\n" : "9\r\ndata: x\n\n\r\n");
            return;
        default:
            event(one, n);
        }
    }

    /// @param id 0: none
    void event(const connection& one, unsigned id)
    {
        id *= mode_ == mode::stray ? 2 : 1;
        send(one, (id == 0 ? "" : "id: " + std::to_string(id) + "\n") + "data: " + std::to_string(now_ns()) + "\n\n");
    }

    static void send(const connection& one, const std::string& text)
    {
        // An event is small and the client reads. Therefore send() never fills the buffer.
        if (::send(one.socket, text.data(), text.size(), MSG_NOSIGNAL) < 0 && errno == EAGAIN) {
            std::fputs("faulty_server: a client does not read\n", stderr);
            std::exit(1);
        }
    }

    static void close(connection& one, bool by_reset = false)
    {
        if (by_reset) {
            const linger now{.l_onoff = 1, .l_linger = 0};
            ::setsockopt(one.socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        ::close(one.socket);
        one = {};
    }

    static void sleep_for(std::int64_t ns)
    {
        const std::timespec time{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
        ::nanosleep(&time, nullptr);
    }

    mode mode_;
    unsigned every_;
    unsigned requests_ = 0;
    bool has_stalled_ = false;
    int listener_ = -1;
    std::vector<connection> connections_;
};

} // namespace

int main(int argc, char** argv)
{
    const auto how = argc == 4 ? modes.find(argv[2]) : modes.end();
    const int port = argc == 4 ? std::atoi(argv[1]) : 0;
    const int every = argc == 4 ? std::atoi(argv[3]) : 0;
    if (how == modes.end() || port < 1 || port > 65'535 || every < 1) {
        std::fputs("usage: faulty_server PORT MODE EVERY\n", stderr);
        return 2;
    }
    server(static_cast<std::uint16_t>(port), how->second, static_cast<unsigned>(every)).run();
}
