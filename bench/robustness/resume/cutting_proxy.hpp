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

/// When a connection is cut.
struct cut_plan
{
    /// Maximum life of a connection, from the time when the server has been reached.
    std::chrono::milliseconds life{1'000};
    /// In this time before the end of its life, the connection is cut within the next piece that the server sends. Only
    /// a random part of the piece reaches the client.
    std::chrono::milliseconds window{250};
    /// A life is shorter than `life` by a random time up to this one. Otherwise all connections would end together.
    std::chrono::milliseconds spread{250};
    std::uint32_t seed = 1;
};

struct proxy_counts
{
    std::uint64_t connections = 0;
    std::uint64_t cuts = 0;
    std::uint64_t inside = 0; ///< cuts within a piece of the server
    std::uint64_t resets = 0; ///< cuts with RST. The others send FIN
    std::uint64_t failed = 0; ///< connections for which the server could not be reached

    proxy_counts& operator+=(const proxy_counts& other) noexcept;
};

/// A TCP proxy on 127.0.0.1 that cuts every connection. Half of the cuts reset the client's connection. The server's
/// connection is always reset: a port in TIME_WAIT for each cut would use up the ports of this machine.
///
/// Belongs to the thread that runs the context, and must outlive its handlers.
class cutting_proxy
{
public:
    /// Port 0 selects any free port. Throws boost::system::system_error if the port is not free.
    cutting_proxy(boost::asio::io_context& context, std::uint16_t port, std::uint16_t server_port, cut_plan plan);

    std::uint16_t port() const { return listener_.local_endpoint().port(); }
    const proxy_counts& counts() const noexcept { return counts_; }
    /// Stops to accept.
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
/// Reads the output of to_text(). All counts are 0 if it is something else.
proxy_counts parse_counts(const std::string& text);

} // namespace resume
