#pragma once

#include <boost/system/error_code.hpp>
#include <tl/expected.hpp>

namespace rill {

using boost::system::error_code;

/// A value, or the reason why there is none. Used for everything that can be expected to go wrong at run time.
template <class T>
using result = tl::expected<T, error_code>;

/// rill's own error conditions. Operating system errors keep their own category.
enum class error : unsigned char // small: results of writes lie in every stream
{
    invalid_utf8 = 1,          ///< event text is not well-formed UTF-8
    invalid_field_value,       ///< a field value holds CR, LF or NUL
    invalid_header,            ///< a header name is not a token, or a value holds CR, LF or NUL (RFC 9110, 5.1 and 5.5)
    message_too_large,         ///< a message exceeds the configured limit
    stream_closed,             ///< the stream has ended; nothing more can be written
    event_id_refused,          ///< an event's own id is missing, not wanted, or does not come after the one before
    unknown_event_id,          ///< what came after this id is not held, or there never was such an id
    too_slow,                  ///< a stream was so far behind that it had to end
    invalid_topic,             ///< a topic's name or pattern is empty, too long, or holds what it must not
    too_many_topics,           ///< the hub has as many topics as it may have
    foreign_executor,          ///< the coroutine or executor does not belong to a rill worker
    pool_stopped,              ///< a thread pool ended without calling the function that was offloaded to it
    cancellation_ignored,      ///< the coroutine went on after its cancellation, and was destroyed
    invalid_address,           ///< server_options::host is neither a numeric IP address nor "localhost"
    body_too_large,            ///< a request body is larger than its reader allows
    body_malformed,            ///< the chunks of a request body are malformed
    body_too_slow,             ///< a request body does not arrive in time
    invalid_cookie_name,       ///< a cookie's name is not a token (RFC 6265, 4.1.1)
    invalid_cookie_value,      ///< a cookie's value, path or domain holds what it must not, or is too long
    invalid_cookie_attributes, ///< a cookie must be secure, or has a prefix that its attributes contradict
    invalid_event_id,          ///< an event's id would not come back as it is in a Last-Event-ID header
};

const boost::system::error_category& error_category() noexcept;

inline error_code make_error_code(error e) noexcept
{
    return {static_cast<int>(e), error_category()};
}

} // namespace rill

template <>
struct boost::system::is_error_code_enum<rill::error> : std::true_type
{};
