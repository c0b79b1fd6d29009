#pragma once

#include <boost/system/error_code.hpp>
#include <tl/expected.hpp>

namespace rill {

using boost::system::error_code;

/// A value or an error. Functions that may fail at run time return this type.
template <class T>
using result = tl::expected<T, error_code>;

/// rill's own error codes. Errors of the operating system keep their own category.
enum class error : unsigned char // small, because every stream stores the results of its writes
{
    invalid_utf8 = 1,     ///< the text of an event is not well-formed UTF-8
    invalid_field_value,  ///< a field value contains CR, LF or NUL
    invalid_header,       ///< a header name is not a token, or a value contains CR, LF or NUL (RFC 9110, 5.1 and 5.5)
    message_too_large,    ///< a message exceeds the configured limit
    event_id_refused,     ///< an event's id is missing, not allowed, or not greater than the previous one
    unknown_event_id,     ///< the events after this id are not stored, or the id never existed
    too_slow,             ///< a stream was too slow and was ended
    invalid_topic,        ///< the name or pattern of a topic is empty, too long, or has an invalid character
    too_many_topics,      ///< the hub has its maximum number of topics
    foreign_executor,     ///< the coroutine or executor does not belong to a rill worker
    pool_stopped,         ///< a thread pool ended before it called the offloaded function
    cancellation_ignored, ///< the coroutine continued after its cancellation and was destroyed
    invalid_address,      ///< server_options::host is neither a numeric IP address nor "localhost"
    body_too_large,       ///< a request body exceeds the limit of its reader
    body_malformed,       ///< the chunks of a request body are malformed
    body_too_slow,        ///< a request body did not arrive in time
    invalid_cookie_name,  ///< a cookie's name is not a token (RFC 6265, 4.1.1)
    invalid_cookie_value, ///< a cookie's value, path or domain is too long or has an invalid character
    invalid_cookie_attributes, ///< a cookie must be secure, or its attributes contradict its prefix
    invalid_event_id,          ///< an event's id cannot be sent in a Last-Event-ID header
    outcome_unknown,           ///< a log may or may not have appended an event
    log_unavailable,           ///< a log did not append or read, for example because it cannot be reached
    log_overloaded,            ///< too many appends wait for a log
    snapshot_failed,           ///< channel_options::snapshot threw an exception or took too long
};

const boost::system::error_category& error_category() noexcept;

inline error_code make_error_code(error e) noexcept
{
    return {static_cast<int>(e), error_category()};
}

/// Also true for a code of another category that stands for this error. For example, the codes of rill::sqlite, such as
/// "database or disk is full", stand for error::log_unavailable.
inline bool operator==(const error_code& code, error e) noexcept
{
    return code == boost::system::error_condition(static_cast<int>(e), error_category());
}

} // namespace rill

template <>
struct boost::system::is_error_code_enum<rill::error> : std::true_type
{};
