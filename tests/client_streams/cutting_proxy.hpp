#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <random>
#include <rill/core/as_expected.hpp>
#include <rill/core/awaitable.hpp>

namespace rill_test {

/// A proxy that cuts each connection after a random number of bytes of the server, half of them with RST.
class cutting_proxy
{
public:
    using tcp = boost::asio::ip::tcp;

    cutting_proxy(boost::asio::io_context& context, std::uint16_t server, std::size_t most_bytes)
        : acceptor_(context, {boost::asio::ip::address_v4::loopback(), 0}),
          server_(boost::asio::ip::address_v4::loopback(), server), most_bytes_(most_bytes)
    {
        boost::asio::co_spawn(context, accept(), boost::asio::detached);
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    int cuts() const noexcept { return cuts_; }

private:
    struct pair
    {
        explicit pair(tcp::socket accepted) : client(std::move(accepted)), server(client.get_executor()) {}
        tcp::socket client;
        tcp::socket server;
    };

    rill::awaitable<> accept()
    {
        for (;;) {
            auto accepted = co_await acceptor_.async_accept(rill::as_expected);
            if (!accepted) {
                co_return;
            }
            const auto both = std::make_shared<pair>(std::move(*accepted));
            const auto connected = co_await both->server.async_connect(server_, rill::as_expected);
            if (connected) {
                boost::asio::co_spawn(acceptor_.get_executor(), to_server(both), boost::asio::detached);
                boost::asio::co_spawn(acceptor_.get_executor(), to_client(both, 1 + random_() % most_bytes_),
                                      boost::asio::detached);
            }
        }
    }

    static rill::awaitable<> to_server(std::shared_ptr<pair> both)
    {
        char bytes[1024];
        for (;;) {
            const auto got = co_await both->client.async_read_some(boost::asio::buffer(bytes), rill::as_expected);
            if (!got) {
                break;
            }
            co_await boost::asio::async_write(both->server, boost::asio::buffer(bytes, *got), rill::as_expected);
        }
        both->server.close();
    }

    rill::awaitable<> to_client(std::shared_ptr<pair> both, std::size_t left)
    {
        char bytes[1024];
        while (left != 0) {
            const auto space = boost::asio::buffer(bytes, std::min(left, sizeof bytes));
            const auto got = co_await both->server.async_read_some(space, rill::as_expected);
            if (!got) {
                break;
            }
            left -= *got;
            co_await boost::asio::async_write(both->client, boost::asio::buffer(bytes, *got), rill::as_expected);
        }
        if (++cuts_ % 2 == 0 && both->client.is_open()) {
            both->client.set_option(boost::asio::socket_base::linger(true, 0));
        }
        both->client.close();
        both->server.close();
    }

    tcp::acceptor acceptor_;
    tcp::endpoint server_;
    std::size_t most_bytes_;
    std::minstd_rand random_{1};
    int cuts_ = 0;
};

} // namespace rill_test
