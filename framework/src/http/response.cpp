#include <rill/http/response.hpp>

#include <rill/http/problem.hpp>
#include <unistd.h>

namespace rill {

file_handle::~file_handle()
{
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

response::response(rill::status status, std::string body, std::string_view content_type)
    : status_(status), body_(std::move(body))
{
    header("Content-Type", content_type);
}

response response::stream(function_body::function produce, std::string_view content_type)
{
    response r(rill::status::ok);
    r.header("Content-Type", content_type);
    r.body(std::make_unique<function_body>(std::move(produce)));
    return r;
}

response& response::header(std::string_view name, std::string_view value) &
{
    if (!fields_.set(name, value)) {
        *this = to_response(problem{.detail = "the handler set a header whose name or value is not allowed"});
        has_bad_header_ = true;
    }
    return *this;
}

response&& response::header(std::string_view name, std::string_view value) &&
{
    return std::move(header(name, value));
}

} // namespace rill
