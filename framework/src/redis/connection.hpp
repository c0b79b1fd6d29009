#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/redis/options.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "redis/command.hpp"
#include "redis/reply.hpp"

namespace rill::redis::detail {

template <class T>
using outcome = tl::expected<T, failure>;

/// The place of a server: a Unix socket, or an address.
struct endpoint
{
    std::string unix_socket{};
    redis::address server{};

    std::string text() const;
};

/// A connection to a server. Not thread-safe: only the coroutines of its io_context use it, one at a time. Every error
/// closes it.
class connection
{
public:
    explicit connection(asio::io_context& context);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    /// Connects. Only the error of the last address of a name is returned.
    awaitable<outcome<void>> open(endpoint to, std::chrono::milliseconds timeout);

    /// Sends the commands and reads one reply for each of them. An error reply is a reply, not an error.
    awaitable<outcome<std::vector<reply>>> exchange(command_writer commands, std::chrono::milliseconds timeout);

    void close() noexcept;
    bool is_open() const noexcept;
    /// Whether the server has neither closed the connection nor sent bytes. Only between two exchanges.
    bool is_idle() noexcept;

private:
    using stream = asio::generic::stream_protocol::socket;

    // The timer may outlive the connection for a moment. Therefore its handler shares this state.
    struct state
    {
        explicit state(asio::io_context& context) : socket(context), timer(context) {}

        stream socket;
        asio::steady_timer timer;
        unsigned armed = 0; ///< counts the calls of arm() and disarm()
        bool expired = false;
    };

    void arm(std::chrono::milliseconds timeout);
    void disarm() noexcept;
    failure failed(error_code ec, std::string where);
    awaitable<result<std::vector<stream::endpoint_type>>> resolve(redis::address server);
    awaitable<outcome<void>> connect(endpoint to);
    awaitable<outcome<void>> send(std::string bytes);
    awaitable<outcome<reply>> receive();

    asio::io_context& context_;
    std::shared_ptr<state> state_;
    reply_reader reader_;
    std::vector<char> buffer_;
};

} // namespace rill::redis::detail
