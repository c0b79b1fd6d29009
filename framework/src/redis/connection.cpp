#include "redis/connection.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <rill/core/as_expected.hpp>
#include <sys/socket.h>
#include <utility>

namespace rill::redis::detail {

namespace {

constexpr std::size_t read_bytes = 64UL * 1024;

} // namespace

std::string endpoint::text() const
{
    if (!unix_socket.empty()) {
        return unix_socket;
    }
    const bool is_ipv6 = server.host.find(':') != server.host.npos;
    return (is_ipv6 ? "[" + server.host + "]" : server.host) + ":" + std::to_string(server.port);
}

connection::connection(asio::io_context& context)
    : context_(context), state_(std::make_shared<state>(context)), buffer_(read_bytes)
{}

connection::~connection()
{
    close();
}

void connection::close() noexcept
{
    disarm();
    error_code ignored;
    state_->socket.close(ignored);
}

bool connection::is_open() const noexcept
{
    return state_->socket.is_open();
}

bool connection::is_idle() noexcept
{
    char byte = 0;
    return is_open() && ::recv(state_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

void connection::arm(std::chrono::milliseconds timeout)
{
    state_->expired = false;
    state_->timer.expires_after(timeout);
    state_->timer.async_wait([state = state_, turn = ++state_->armed](error_code ec) {
        // The handler may already be in the queue when disarm() cancels the timer.
        if (!ec && turn == state->armed) {
            state->expired = true;
            error_code ignored;
            state->socket.close(ignored);
        }
    });
}

void connection::disarm() noexcept
{
    ++state_->armed;
    state_->timer.cancel();
}

failure connection::failed(error_code ec, std::string where)
{
    if (state_->expired) {
        ec = asio::error::timed_out;
    } else if (ec == asio::error::eof) {
        ec = errc::connection_closed;
    }
    close();
    return {ec, std::move(where)};
}

awaitable<result<std::vector<connection::stream::endpoint_type>>> connection::resolve(redis::address server)
{
    std::vector<stream::endpoint_type> found;
    error_code no_address;
    if (const auto numeric = asio::ip::make_address(server.host, no_address); !no_address) {
        found.emplace_back(asio::ip::tcp::endpoint(numeric, server.port));
        co_return found;
    }
    asio::ip::tcp::resolver resolver(context_);
    const std::string port = std::to_string(server.port);
    const auto entries = co_await resolver.async_resolve(server.host, port, as_expected);
    if (!entries) {
        co_return tl::unexpected(entries.error());
    }
    for (const auto& entry : *entries) {
        found.emplace_back(entry.endpoint());
    }
    co_return found;
}

awaitable<outcome<void>> connection::connect(endpoint to)
{
    std::vector<stream::endpoint_type> targets;
    if (!to.unix_socket.empty()) {
        targets.emplace_back(asio::local::stream_protocol::endpoint(to.unix_socket));
    } else {
        auto resolved = co_await resolve(to.server);
        if (!resolved) {
            co_return tl::unexpected(failure(resolved.error(), "resolve " + to.server.host));
        }
        targets = std::move(*resolved);
    }
    error_code last = asio::error::host_not_found;
    for (const auto& target : targets) {
        if (state_->expired) {
            break;
        }
        error_code ignored;
        state_->socket.close(ignored);
        const auto connected = co_await state_->socket.async_connect(target, as_expected);
        if (connected) {
            if (to.unix_socket.empty()) {
                state_->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
                state_->socket.set_option(asio::socket_base::keep_alive(true), ignored);
            }
            co_return outcome<void>();
        }
        last = connected.error();
    }
    co_return tl::unexpected(failure(last, "connect"));
}

awaitable<outcome<void>> connection::open(endpoint to, std::chrono::milliseconds timeout)
{
    close();
    reader_ = reply_reader();
    arm(timeout);
    auto connected = co_await connect(std::move(to));
    if (!connected) {
        co_return tl::unexpected(failed(connected.error().code, connected.error().where));
    }
    disarm();
    co_return outcome<void>();
}

awaitable<outcome<void>> connection::send(std::string bytes)
{
    const auto sent = co_await asio::async_write(state_->socket, asio::buffer(bytes), as_expected);
    if (!sent) {
        co_return tl::unexpected(failed(sent.error(), "send"));
    }
    co_return outcome<void>();
}

awaitable<outcome<reply>> connection::receive()
{
    for (;;) {
        auto next = reader_.next();
        if (!next) {
            co_return tl::unexpected(failed(next.error(), "read"));
        }
        if (*next) {
            co_return std::move(**next);
        }
        const auto got = co_await state_->socket.async_read_some(asio::buffer(buffer_), as_expected);
        if (!got) {
            co_return tl::unexpected(failed(got.error(), "read"));
        }
        const auto fed = reader_.feed({buffer_.data(), *got});
        if (!fed) {
            co_return tl::unexpected(failed(fed.error(), "read"));
        }
    }
}

awaitable<outcome<std::vector<reply>>> connection::exchange(command_writer commands, std::chrono::milliseconds timeout)
{
    arm(timeout);
    auto sent = co_await send(commands.text());
    if (!sent) {
        co_return tl::unexpected(std::move(sent.error()));
    }
    std::vector<reply> replies;
    replies.reserve(commands.commands());
    while (replies.size() != commands.commands()) {
        auto got = co_await receive();
        if (!got) {
            co_return tl::unexpected(std::move(got.error()));
        }
        replies.push_back(std::move(*got));
    }
    disarm();
    co_return replies;
}

} // namespace rill::redis::detail
