#include <rill/core/error.hpp>

#include <string>

namespace rill {

namespace {

class category_impl final : public boost::system::error_category
{
public:
    const char* name() const noexcept override { return "rill"; }

    std::string message(int value) const override
    {
        switch (static_cast<error>(value)) {
        case error::invalid_utf8:
            return "the text of the event is not well-formed UTF-8";
        case error::invalid_field_value:
            return "the field value contains CR, LF or NUL";
        case error::invalid_header:
            return "the header name is not a token, or the value contains CR, LF or NUL";
        case error::message_too_large:
            return "the message exceeds the configured limit";
        case error::event_id_refused:
            return "the event id is missing, not wanted, or not greater than the previous one";
        case error::unknown_event_id:
            return "the events after this id are not stored";
        case error::too_slow:
            return "the stream was too slow";
        case error::invalid_topic:
            return "the topic is empty, too long, or has an invalid character";
        case error::too_many_topics:
            return "the maximum number of topics is reached";
        case error::foreign_executor:
            return "the executor does not belong to a rill worker";
        case error::pool_stopped:
            return "the thread pool ended before it called the function";
        case error::cancellation_ignored:
            return "the coroutine continued after its cancellation and was destroyed";
        case error::invalid_address:
            return "neither a numeric IP address, such as 127.0.0.1 or ::1, nor localhost";
        case error::body_too_large:
            return "the request body is larger than allowed";
        case error::body_malformed:
            return "the request body is malformed";
        case error::body_too_slow:
            return "the request body did not arrive in time";
        case error::invalid_cookie_name:
            return "the cookie name is not a token";
        case error::invalid_cookie_value:
            return "the cookie value, path or domain is too long or has an invalid character";
        case error::invalid_cookie_attributes:
            return "the cookie must be secure, or its attributes contradict its name";
        case error::outcome_unknown:
            return "the log may or may not have appended the event";
        case error::log_unavailable:
            return "the log is not available";
        case error::log_overloaded:
            return "too many events wait for the log";
        case error::snapshot_failed:
            return "the application could not give a snapshot";
        case error::invalid_event_id:
            return "the event id is too long for a header, or has a control character or a space at an end";
        }
        return "unknown rill error";
    }
};

} // namespace

const boost::system::error_category& error_category() noexcept
{
    static const category_impl instance;
    return instance;
}

} // namespace rill
