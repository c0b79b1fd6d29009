#include <rill/http/response.hpp>

#include <unistd.h>

#include "http/problem_text.hpp"

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
    set_header("Content-Type", content_type);
}

response response::stream(function_body::function produce, std::string_view content_type)
{
    response r(rill::status::ok);
    r.set_header("Content-Type", content_type);
    r.set_body(std::make_unique<function_body>(std::move(produce)));
    return r;
}

void response::reject_header(std::string_view text)
{
    constexpr auto code = rill::status::internal_server_error;
    *this = response(code, detail::problem_text(code, {}, text), "application/problem+json");
    has_bad_header_ = true;
}

response& response::set_header(std::string_view name, std::string_view value) &
{
    if (!fields_.set(name, value)) {
        reject_header("the handler set a header with an invalid name or value");
    }
    return *this;
}

response&& response::set_header(std::string_view name, std::string_view value) &&
{
    return std::move(set_header(name, value));
}

response& response::set_cookie(const rill::set_cookie& cookie) &
{
    const auto text = cookie.text();
    if (!text) {
        reject_header("the handler set an invalid cookie");
        set_cause(text.error());
        return *this;
    }
    std::vector<std::string> others; // copies, because the fields are erased below
    for (const auto value : fields_.values("Set-Cookie")) {
        if (!cookie.replaces(value)) {
            others.emplace_back(value);
        }
    }
    fields_.erase("Set-Cookie");
    others.push_back(*text);
    for (const auto& value : others) {
        static_cast<void>(
            fields_.add("Set-Cookie", value)); // cannot fail: `value` is an existing field value or a valid cookie
    }
    return *this;
}

response&& response::set_cookie(const rill::set_cookie& cookie) &&
{
    return std::move(set_cookie(cookie));
}

} // namespace rill
