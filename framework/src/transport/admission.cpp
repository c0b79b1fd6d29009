#include "transport/admission.hpp"

namespace rill::transport {

namespace {

std::size_t index_of(stream_socket socket) noexcept
{
    return static_cast<std::size_t>(socket.number());
}

} // namespace

void admission::reserve(int socket)
{
    const auto needed = static_cast<std::size_t>(socket) + 1;
    if (shared_.counts_connections_by_address() && connection_addresses_.size() < needed) {
        connection_addresses_.resize(needed);
    }
    if (shared_.counts_streams_by_address() && stream_addresses_.size() < needed) {
        stream_addresses_.resize(needed);
    }
}

capacity::slot admission::admit(stream_socket socket)
{
    if (!shared_.counts_connections_by_address()) {
        return shared_.admit(0);
    }
    const auto address = address_key(socket.peer_address());
    connection_addresses_[index_of(socket)] = address;
    return shared_.admit(address);
}

bool admission::confirm(stream_socket socket)
{
    return shared_.confirm(connection_address(socket));
}

void admission::release(stream_socket socket, capacity::slot held) noexcept
{
    if (held != capacity::slot::rejected) {
        shared_.release(held, connection_address(socket));
    }
}

std::uint64_t admission::connection_address(stream_socket socket) const noexcept
{
    return shared_.counts_connections_by_address() ? connection_addresses_[index_of(socket)] : 0;
}

bool admission::admit_stream(stream_socket socket, std::string_view address)
{
    if (!shared_.counts_streams_by_address()) {
        return shared_.admit_stream(0);
    }
    const auto key = address_key(address);
    stream_addresses_[index_of(socket)] = key;
    return shared_.admit_stream(key);
}

void admission::release_stream(stream_socket socket) noexcept
{
    shared_.release_stream(shared_.counts_streams_by_address() ? stream_addresses_[index_of(socket)] : 0);
}

} // namespace rill::transport
