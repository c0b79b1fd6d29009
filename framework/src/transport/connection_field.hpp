#pragma once

#include <cstdint>
#include <rill/http/headers.hpp>
#include <string_view>

namespace rill::transport {

/// Fields of a response that the connection sets, instead of the handler.
enum class connection_field : std::uint8_t
{
    none, ///< any other field
    connection,
    content_length,
    date,
    keep_alive,
    proxy_connection,
    te,
    trailer,
    transfer_encoding
};

/// Compares the lengths first, because most names differ in their length.
inline connection_field connection_field_of(std::string_view name) noexcept
{
    using enum connection_field;
    switch (name.size()) {
    case 2:
        return iequals(name, "TE") ? te : none;
    case 4:
        return iequals(name, "Date") ? date : none;
    case 7:
        return iequals(name, "Trailer") ? trailer : none;
    case 10:
        return iequals(name, "Connection") ? connection : iequals(name, "Keep-Alive") ? keep_alive : none;
    case 14:
        return iequals(name, "Content-Length") ? content_length : none;
    case 16:
        return iequals(name, "Proxy-Connection") ? proxy_connection : none;
    case 17:
        return iequals(name, "Transfer-Encoding") ? transfer_encoding : none;
    default:
        return none;
    }
}

} // namespace rill::transport
