#include "harness/client/fetch.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness/client/response_scanner.hpp"
#include "harness/support/clock.hpp"

namespace bench {

namespace {

constexpr std::size_t max_bytes = 1024 * 1024;

/// A blocking socket. Its calls wait until `deadline` at the latest. The destructor closes the socket.
class waiting_socket
{
public:
    waiting_socket(int family, std::int64_t deadline)
        : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)), deadline_(deadline)
    {}
    waiting_socket(const waiting_socket&) = delete;
    waiting_socket& operator=(const waiting_socket&) = delete;
    ~waiting_socket() { ::close(fd_); }

    bool connect(const target& to) const
    {
        limit(SO_SNDTIMEO); // also limits connect()
        return ::connect(fd_, reinterpret_cast<const sockaddr*>(&to.address), to.address_size) == 0;
    }
    bool send(const std::string& text) const
    {
        return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
    }
    ssize_t receive(std::array<char, 4096>& buffer) const
    {
        limit(SO_RCVTIMEO);
        return ::recv(fd_, buffer.data(), buffer.size(), 0);
    }

private:
    void limit(int option) const
    {
        const auto left = std::max<std::int64_t>(deadline_ - now_ns(), 1'000'000); // 0 would mean no limit
        const timeval time{.tv_sec = left / 1'000'000'000, .tv_usec = left % 1'000'000'000 / 1000};
        ::setsockopt(fd_, SOL_SOCKET, option, &time, sizeof time);
    }

    int fd_;
    std::int64_t deadline_;
};

/// Collects a response.
class response_collector
{
public:
    /// Returns false after the end of the response, or if the response is malformed.
    bool add(std::string_view bytes)
    {
        for (;;) {
            std::string_view body;
            switch (scanner_.next(bytes, body)) {
            case response_scanner::step::more:
                return true;
            case response_scanner::step::head:
                break;
            case response_scanner::step::body:
                so_far_.body += body;
                if (so_far_.body.size() > max_bytes) {
                    return false;
                }
                break;
            case response_scanner::step::end:
                is_complete_ = true;
                return false;
            case response_scanner::step::malformed:
                return false;
            }
        }
    }
    bool is_complete() const { return is_complete_; }
    fetched result() const { return {scanner_.status(), so_far_.body}; }

private:
    response_scanner scanner_;
    fetched so_far_;
    bool is_complete_ = false;
};

} // namespace

tl::expected<fetched, std::string> fetch(const target& from, const std::string& path, std::chrono::milliseconds timeout)
{
    const auto bad = [&](const std::string& why) {
        return tl::unexpected("http://" + from.host + path + " cannot be fetched: " + why);
    };
    const waiting_socket socket(from.address.ss_family, now_ns() + std::chrono::nanoseconds(timeout).count());
    if (!socket.connect(from) || !socket.send("GET " + path + " HTTP/1.1\r\nHost: " + from.host + "\r\n\r\n")) {
        return bad(std::strerror(errno));
    }
    response_collector response;
    std::array<char, 4096> buffer;
    for (;;) {
        const auto size = socket.receive(buffer);
        if (size < 0) {
            return bad(std::strerror(errno));
        }
        if (size == 0 || !response.add({buffer.data(), static_cast<std::size_t>(size)})) {
            break;
        }
    }
    return response.is_complete() ? tl::expected<fetched, std::string>(response.result())
                                  : bad("the response is not complete");
}

} // namespace bench
