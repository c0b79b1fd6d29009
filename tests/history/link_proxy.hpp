#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <vector>

namespace history {

/// A TCP proxy on 127.0.0.1 that can behave like a partitioned network. Belongs to the thread that runs the context,
/// and must outlive its handlers.
class link_proxy
{
public:
    /// Throws boost::system::system_error if the port is not free.
    /// @param port  0 selects any free port
    link_proxy(boost::asio::io_context& context, std::uint16_t port, std::uint16_t server_port);

    std::uint16_t port() const { return listener_.local_endpoint().port(); }

    /// From now on, no byte passes. Connections stay open, and new ones are accepted but reach no server.
    void partition() { is_partitioned_ = true; }
    /// Bytes pass again.
    /// @param resets  whether the connections are reset. Otherwise the bytes that have waited pass
    void heal(bool resets);
    /// Stops to accept, and resets all connections.
    void close();

private:
    struct link;
    using tcp = boost::asio::ip::tcp;

    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(std::shared_ptr<link> l);
    boost::asio::awaitable<void> forward(std::shared_ptr<link> l, tcp::socket& from, tcp::socket& to);
    boost::asio::awaitable<bool> wait_until_healed(std::shared_ptr<link> l);
    void reset_all();

    boost::asio::io_context& context_;
    tcp::acceptor listener_;
    tcp::endpoint server_;
    std::vector<std::weak_ptr<link>> links_;
    bool is_partitioned_ = false;
};

} // namespace history
