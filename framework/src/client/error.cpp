#include <rill/client/error.hpp>

#include <string>

namespace rill::client {

namespace {

class category_impl final : public boost::system::error_category
{
public:
    const char* name() const noexcept override { return "rill.client"; }

    std::string message(int value) const override
    {
        switch (static_cast<errc>(value)) {
        case errc::invalid_url:
            return "the URL is not absolute, has no host, or has user information";
        case errc::unsupported_scheme:
            return "the scheme of the URL is not supported";
        case errc::invalid_redirect:
            return "the Location of the redirect is missing or invalid";
        case errc::too_many_redirects:
            return "the maximum number of redirects is reached";
        case errc::connection_closed:
            return "the server closed the connection before the end of the response";
        case errc::end_of_stream:
            return "the server has ended the stream";
        case errc::body_too_large:
            return "the body of the response exceeds the limit";
        case errc::refused:
            return "the server refuses the request";
        case errc::unavailable:
            return "the server is unavailable";
        case errc::not_an_event_stream:
            return "the Content-Type of the response is not text/event-stream";
        case errc::finished:
            return "the server has no more events";
        case errc::stopped:
            return "the program has stopped the source";
        case errc::too_many_attempts:
            return "the maximum number of attempts is reached";
        }
        return "unknown error";
    }
};

} // namespace

const boost::system::error_category& error_category() noexcept
{
    static const category_impl category;
    return category;
}

} // namespace rill::client
