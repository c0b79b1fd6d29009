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
