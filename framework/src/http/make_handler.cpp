#include <rill/http/make_handler.hpp>

namespace rill::detail {

response as_response(const error_code& ec)
{
    response r = to_response(problem{
        .status = status::internal_server_error, .detail = "the server could not answer this request", .title = {}});
    r.cause(ec);
    return r;
}

awaitable<response> answer(response r)
{
    co_return r;
}

} // namespace rill::detail
