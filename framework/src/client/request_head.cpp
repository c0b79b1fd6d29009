#include "client/request_head.hpp"

#include <algorithm>
#include <array>

namespace rill::client::detail {

namespace {

// Returns whether only the client sets this field. A value of the user could contradict the body.
bool is_managed(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 4> names{"Host", "Content-Length", "Transfer-Encoding", "Connection"};
    return std::ranges::any_of(names, [&](std::string_view managed) { return iequals(managed, name); });
}

bool has_body_method(verb method) noexcept
{
    return method == verb::post || method == verb::put || method == verb::patch;
}

} // namespace

std::string request_head(const request& r, const url& to)
{
    std::string out(boost::beast::http::to_string(r.method));
    const auto line = [&out](std::string_view name, std::string_view value) {
        out.append(name).append(": ").append(value).append("\r\n");
    };
    out.append(" ").append(to.target).append(" HTTP/1.1\r\n");
    line("Host", to.host_field());
    for (const auto& field : r.headers) {
        if (!is_managed(field.name)) {
            line(field.name, field.value);
        }
    }
    if (!r.headers.contains("Accept")) {
        line("Accept", "*/*");
    }
    if (!r.headers.contains("Accept-Encoding")) { // without it, a server may compress (RFC 9110, 12.5.3)
        line("Accept-Encoding", "identity");
    }
    if (!r.headers.contains("User-Agent")) {
        line("User-Agent", "rill");
    }
    if (r.stream_body) {
        line("Transfer-Encoding", "chunked");
    } else if (!r.body.empty() || has_body_method(r.method)) {
        line("Content-Length", std::to_string(r.body.size()));
    }
    return out.append("\r\n");
}

} // namespace rill::client::detail
