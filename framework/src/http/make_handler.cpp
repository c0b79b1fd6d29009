#include <rill/http/make_handler.hpp>

#include <boost/system/system_error.hpp>

namespace rill::detail {

response as_response(const error_code& ec)
{
    if (ec == error::body_too_large) {
        return to_response(status::payload_too_large, "the body is larger than this resource allows");
    }
    if (ec == error::body_malformed) {
        return to_response(status::bad_request, "the body is malformed");
    }
    if (ec == error::body_too_slow) {
        return to_response(status::request_timeout, "the body did not arrive in time");
    }
    response r = to_response(problem{
        .status = status::internal_server_error, .detail = "the server could not answer this request", .title = {}});
    r.set_cause(ec);
    return r;
}

awaitable<response> answer(response r)
{
    co_return r;
}

awaitable<response> answer_body_errors(awaitable<response> running)
{
    error_code failed;
    try {
        auto r = co_await std::move(running);
        co_return r;
    } catch (const boost::system::system_error& e) {
        if (!is_body_error(e.code())) {
            throw;
        }
        failed = e.code();
    }
    co_return as_response(failed);
}

} // namespace rill::detail
