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

void response::refuse_header(std::string_view detail)
{
    *this = to_response(problem{.detail = std::string(detail)});
    has_bad_header_ = true;
}

response& response::header(std::string_view name, std::string_view value) &
{
    if (!fields_.set(name, value)) {
        refuse_header("the handler set a header whose name or value is not allowed");
    }
    return *this;
}

response&& response::header(std::string_view name, std::string_view value) &&
{
    return std::move(header(name, value));
}

response& response::set_cookie(const rill::set_cookie& cookie) &
{
    const auto text = cookie.text();
    if (!text) {
        refuse_header("the handler set a cookie that is not allowed");
        cause(text.error());
        return *this;
    }
    std::vector<std::string> others; // copies, as the fields are about to go
    for (const auto value : fields_.values("Set-Cookie")) {
        if (!cookie.replaces(value)) {
            others.emplace_back(value);
        }
    }
    fields_.erase("Set-Cookie");
    others.push_back(*text);
    for (const auto& value : others) {
        static_cast<void>(fields_.add("Set-Cookie", value)); // each has been a field's value, or is a cookie's
    }
    return *this;
}

response&& response::set_cookie(const rill::set_cookie& cookie) &&
{
    return std::move(set_cookie(cookie));
}

} // namespace rill
