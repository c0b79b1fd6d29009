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
            return "event text is not well-formed UTF-8";
        case error::invalid_field_value:
            return "field value holds CR, LF or NUL";
        case error::invalid_header:
            return "header name is not a token, or its value holds CR, LF or NUL";
        case error::message_too_large:
            return "message exceeds the configured limit";
        case error::stream_closed:
            return "the stream has ended";
        case error::event_id_refused:
            return "event id is missing, not wanted, or does not come after the one before";
        case error::unknown_event_id:
            return "events after this id are not held";
        case error::too_slow:
            return "the stream was too slow";
        case error::invalid_topic:
            return "topic is empty, too long, or holds a character that it must not";
        case error::too_many_topics:
            return "there are as many topics as there may be";
        case error::foreign_executor:
            return "the executor does not belong to a rill worker";
        case error::pool_stopped:
            return "the thread pool ended without calling the function";
        case error::cancellation_ignored:
            return "the coroutine went on after its cancellation and was destroyed";
        case error::invalid_address:
            return "neither a numeric IP address, such as 127.0.0.1 or ::1, nor localhost";
        case error::body_too_large:
            return "the request body is larger than allowed";
        case error::body_malformed:
            return "the request body is malformed";
        case error::body_too_slow:
            return "the request body did not arrive in time";
        case error::invalid_cookie_name:
            return "cookie name is not a token";
        case error::invalid_cookie_value:
            return "cookie value, path or domain holds a character that it must not, or is too long";
        case error::invalid_cookie_attributes:
            return "cookie must be secure, or its attributes contradict its name";
        case error::invalid_event_id:
            return "event id is too long for a header, or holds a control character or space at an end";
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
