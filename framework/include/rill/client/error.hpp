#pragma once

#include <boost/system/error_code.hpp>
#include <rill/core/error.hpp>

namespace rill::client {

/// The error codes of the client. Errors of the operating system and of the response parser have their own categories.
/// If a deadline expires, the error is `boost::asio::error::timed_out`.
enum class errc : unsigned char
{
    invalid_url = 1,     ///< not an absolute URL with a host, or it has user information
    unsupported_scheme,  ///< a scheme other than http
    invalid_redirect,    ///< the Location of a redirect is missing or invalid
    too_many_redirects,  ///< more redirects than the options allow
    connection_closed,   ///< the server closed the connection before the end of the response
    end_of_stream,       ///< the server has ended the stream properly
    body_too_large,      ///< the body exceeds the limit of read_all()
    refused,             ///< the status says that another attempt is useless, e.g. 404
    unavailable,         ///< the status says that the server may respond later: 408, 429, 5xx
    not_an_event_stream, ///< the Content-Type is not text/event-stream
    finished,            ///< 204: the server has no more events
    stopped,             ///< the program has stopped the source
    too_many_attempts,   ///< max_attempts attempts in a row have failed
};

const boost::system::error_category& error_category() noexcept;

inline error_code make_error_code(errc e) noexcept
{
    return {static_cast<int>(e), error_category()};
}

} // namespace rill::client

template <>
struct boost::system::is_error_code_enum<rill::client::errc> : std::true_type
{};
