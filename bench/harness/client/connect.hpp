#pragma once

#include <cstdint>
#include <tl/expected.hpp>

#include "harness/client/load_results.hpp"
#include "harness/client/target.hpp"

namespace bench {

/// Assigns a source address in 127.0.0.0/8 to each connection of a load client. No address gets more than about 10,000
/// connections. With more connections, connect() needs a long time to find a free port. Two clients never share an
/// address.
class source_addresses
{
public:
    /// @param client  index of the client, from 0 to 1023
    /// @param max_streams  the highest number of streams of a client
    source_addresses(unsigned client, std::uint32_t max_streams) noexcept;

    /// Returns the address for the first connection of stream `index` of this client, in host byte order.
    std::uint32_t first(std::uint32_t index) const noexcept;

    /// Returns the address for a later connection. Later connections do not use the first addresses, because ports of
    /// earlier connections can be in TIME_WAIT. After each `streams_per_address` calls, switches to the next address.
    std::uint32_t next() noexcept;

    static constexpr std::uint32_t streams_per_address = 10'000;

private:
    std::uint32_t base_;
    std::uint32_t later_base_;
    std::uint32_t later_ = 0;
};

/// Starts a connection and does not wait for it.
/// @param source  the address to bind to, in host byte order; 0: any address
/// @param receive_buffer  SO_RCVBUF in bytes; 0: the default of the system
/// @return the socket
tl::expected<int, failure> start_connection(const target& to, std::uint32_t source, int receive_buffer);

/// Translates an errno of connect() or of the first send().
failure connect_failure(int error) noexcept;

/// Closes a connection with FIN or with RST.
void close_connection(int socket, bool by_reset) noexcept;

} // namespace bench
