#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>

namespace resume {

/// Determines when the proxy cuts a connection.
struct cut_plan
{
    /// Maximum lifetime of a connection. It begins when the proxy has connected to the server.
    std::chrono::milliseconds life{1'000};
    /// During this time before the end of the lifetime, the proxy cuts the connection within the next piece that the
    /// server sends. The client receives only a random part of this piece.
    std::chrono::milliseconds window{250};
    /// The proxy reduces each lifetime by a random time, up to this time. Otherwise all connections would end at the
    /// same moment.
    std::chrono::milliseconds spread{250};
    std::uint32_t seed = 1;
};

struct proxy_counts
{
    std::uint64_t connections = 0;
    std::uint64_t cuts = 0;
    std::uint64_t inside = 0; ///< cuts within a piece of the server
    std::uint64_t resets = 0; ///< cuts with RST; the other cuts send FIN
    std::uint64_t failed = 0; ///< connections for which the proxy could not connect to the server

    proxy_counts& operator+=(const proxy_counts& other) noexcept;
};

/// A TCP proxy on 127.0.0.1 that cuts every connection. Half of the cuts reset the client's connection. All cuts reset
/// the server's connection. Otherwise each cut would leave a port in TIME_WAIT, and the machine would have no free
/// ports.
///
/// Belongs to the thread that runs the context, and must outlive its handlers.
class cutting_proxy
{
public:
    /// Port 0 selects any free port. Throws boost::system::system_error if the port is not free.
    cutting_proxy(boost::asio::io_context& context, std::uint16_t port, std::uint16_t server_port, cut_plan plan);

    std::uint16_t port() const { return listener_.local_endpoint().port(); }
    const proxy_counts& counts() const noexcept { return counts_; }
    /// Stops accepting connections.
    void close() { listener_.close(); }

private:
    struct link;
    using tcp = boost::asio::ip::tcp;

    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(tcp::socket client);
    boost::asio::awaitable<void> forward_requests(std::shared_ptr<link> l);
    boost::asio::awaitable<void> forward_responses(std::shared_ptr<link> l);
    boost::asio::awaitable<void> end_of_life(std::shared_ptr<link> l, std::chrono::milliseconds life);
    void cut(link& l);
    std::size_t draw(std::size_t below);

    boost::asio::io_context& context_;
    tcp::acceptor listener_;
    tcp::endpoint server_;
    cut_plan plan_;
    std::mt19937 random_;
    proxy_counts counts_;
};

std::string to_text(const proxy_counts& counts);
/// Parses the output of to_text(). All counts are 0 if the text has another format.
proxy_counts parse_counts(const std::string& text);

} // namespace resume
