#pragma once

#include <cstdint>
#include <tl/expected.hpp>

#include "harness/load_results.hpp"
#include "harness/target.hpp"

namespace bench {

/// Gives each connection of a load client a source address on 127.0.0.0/8, so that none has more than about 10,000 of
/// them: beyond that connect() searches long for a free port. No two clients share one.
class source_addresses
{
public:
    /// @param client       which of the clients, from 0 to 1023
    /// @param most_streams the largest number of streams that any of the clients has
    source_addresses(unsigned client, std::uint32_t most_streams) noexcept;

    /// For the first connection of the client's stream `index`; in host byte order.
    std::uint32_t first(std::uint32_t index) const noexcept;

    /// For a connection after that. Each takes the next address in turn, as the ports of those before may still be
    /// waiting for their time to pass (TIME_WAIT).
    std::uint32_t next() noexcept;

    static constexpr std::uint32_t streams_per_address = 10'000;

private:
    std::uint32_t base_;
    std::uint32_t later_base_;
    std::uint32_t later_ = 0;
};

/// Starts a connection, without waiting for it.
/// @param source         the address to bind to, in host byte order; 0: any
/// @param receive_buffer SO_RCVBUF in bytes; 0: the system's choice
/// @return the socket
tl::expected<int, failure> start_connection(const target& to, std::uint32_t source, int receive_buffer);

/// Why connect() or the first send() failed.
failure connect_failure(int error) noexcept;

/// Closes a connection: with FIN, or at once with RST.
void close_connection(int socket, bool by_reset) noexcept;

} // namespace bench
