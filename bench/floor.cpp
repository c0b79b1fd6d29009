// The physical limit that servers are compared with: sockets, epoll and send(), no framework, no parsing to speak of.
//
//     GET /ticks?ms=N    the first event at once, then one every N ms; data is CLOCK_REALTIME in ns as decimal digits
//
// One timer serves all streams: the first request sets its period. Every event is stamped and sent by a call of its
// own.

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what)
{
    std::perror(what);
    std::exit(1);
}

/// One event of the stream, made anew for each send.
class event_text
{
public:
    event_text()
    {
        std::timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        auto* end =
            std::to_chars(text_ + prefix.size(), text_ + sizeof text_, now.tv_sec * 1'000'000'000LL + now.tv_nsec).ptr;
        std::copy(prefix.begin(), prefix.end(), text_);
        *end++ = '\n';
        *end++ = '\n';
        size_ = static_cast<std::size_t>(end - text_);
    }

    std::string_view view() const { return {text_, size_}; }

private:
    static constexpr std::string_view prefix = "data: ";
    char text_[48];
    std::size_t size_;
};

class floor_server
{
public:
    explicit floor_server(std::uint16_t port)
    {
        const int yes = 1;
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (listener_ < 0 || ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
            ::setsockopt(listener_, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) != 0 ||
            ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(listener_, 4096) != 0)
        {
            fail("floor: cannot listen");
        }
        watch(listener_, EPOLLIN);
        watch(timer_, EPOLLIN);
    }

    [[noreturn]] void run()
    {
        for (;;) {
            epoll_event ready[512];
            const int count = ::epoll_wait(epoll_, ready, static_cast<int>(std::size(ready)), -1);
            for (int i = 0; i < count; ++i) {
                if (ready[i].data.fd == listener_) {
                    accept();
                } else if (ready[i].data.fd == timer_) {
                    tick();
                } else if ((ready[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
                    close(ready[i].data.fd);
                } else {
                    answer(ready[i].data.fd);
                }
            }
        }
    }

private:
    void watch(int fd, std::uint32_t events) const
    {
        epoll_event event{.events = events, .data = {.fd = fd}};
        if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
            fail("floor: cannot watch");
        }
    }

    void accept()
    {
        for (;;) {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
                fail("floor: too many streams for one process");
            }
            if (fd < 0) {
                return;
            }
            watch(fd, EPOLLIN | EPOLLRDHUP | EPOLLET);
        }
    }

    /// Clients send their request in one piece: half a request is a bad one.
    void answer(int fd)
    {
        if (place_of(fd) != 0) {
            return; // bytes behind the request
        }
        char bytes[4096];
        const auto n = ::recv(fd, bytes, sizeof bytes, 0);
        const std::string_view request(bytes, static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
        constexpr std::string_view wanted = "GET /ticks?ms=";
        long ms = 0;
        if (request.starts_with(wanted)) {
            std::from_chars(bytes + wanted.size(), bytes + n, ms);
        }
        if (ms < 1 || request.find("\r\n\r\n") == request.npos) {
            send(fd, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            close(fd);
            return;
        }
        std::string first = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
                            "Connection: close\r\n\r\n";
        first += event_text().view();
        if (streams_.empty()) {
            beat(ms);
        }
        place_of(fd) = streams_.size() + 1;
        streams_.push_back(fd);
        if (!send(fd, first)) {
            close(fd);
        }
    }

    void beat(long ms) const
    {
        const std::timespec period{.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1'000'000};
        const itimerspec times{.it_interval = period, .it_value = period};
        if (::timerfd_settime(timer_, 0, &times, nullptr) != 0) {
            fail("floor: cannot set the timer");
        }
    }

    void tick()
    {
        std::uint64_t expirations = 0;
        if (::read(timer_, &expirations, sizeof expirations) < 0) {
            return;
        }
        for (const int fd : streams_) {
            if (!send(fd, event_text().view())) {
                ::shutdown(fd, SHUT_RDWR); // epoll reports it, and it is closed then
            }
        }
    }

    /// False when the stream can't go on. A client that takes nothing at all just misses the event.
    static bool send(int fd, std::string_view text)
    {
        const auto n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        return n == static_cast<ssize_t>(text.size()) || (n < 0 && errno == EAGAIN);
    }

    void close(int fd)
    {
        if (const auto place = place_of(fd); place != 0) {
            const int last = streams_.back();
            streams_[place - 1] = last;
            place_of(last) = place;
            place_of(fd) = 0;
            streams_.pop_back();
        }
        ::close(fd);
    }

    /// Where in streams_ the descriptor is, counted from 1; 0 while it is no stream.
    std::size_t& place_of(int fd)
    {
        const auto index = static_cast<std::size_t>(fd);
        if (index >= places_.size()) {
            places_.resize(index + 1);
        }
        return places_[index];
    }

    int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    std::vector<int> streams_;
    std::vector<std::size_t> places_; ///< by descriptor
};

} // namespace

int main(int argc, char** argv)
{
    const int port = argc == 3 && std::string_view(argv[1]) == "--port" ? std::atoi(argv[2]) : 0;
    if (port < 1 || port > 65535) {
        std::fprintf(stderr, "usage: %s --port PORT\n", argv[0]);
        return 2;
    }
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
    }
    floor_server(static_cast<std::uint16_t>(port)).run();
}
