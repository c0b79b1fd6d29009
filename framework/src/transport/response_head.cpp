#include "transport/response_head.hpp"

#include "transport/connection_field.hpp"

namespace rill::transport {

namespace {

void append_field(std::string& head, std::string_view name, std::string_view value)
{
    head.append(name).append(": ").append(value).append("\r\n");
}

} // namespace

bool is_bodiless(status status) noexcept
{
    return static_cast<unsigned>(status) < 200 || status == status::no_content || status == status::not_modified;
}

bool may_have_body(status status) noexcept
{
    return !is_bodiless(status) && status != status::reset_content;
}

std::string make_response_head(status status, const headers& fields, const framing& framing, bool close,
                               unsigned version, std::string_view date)
{
    std::string head;
    head.reserve(320);
    const auto reason = boost::beast::http::obsolete_reason(status);
    head.append("HTTP/1.1 ").append(std::to_string(static_cast<unsigned>(status))).append(" ");
    head.append(reason.data(), reason.size()).append("\r\n");
    append_field(head, "Date", date);
    if (!fields.contains("Server")) {
        append_field(head, "Server", "rill");
    }
    bool upgrade = false;
    for (const auto& field : fields) {
        upgrade = upgrade || iequals(field.name, "Upgrade");
        if (connection_field_of(field.name) == connection_field::none) {
            append_field(head, field.name, field.value);
        }
    }
    if (framing.chunked) {
        append_field(head, "Transfer-Encoding", "chunked");
    } else if (framing.content_length) {
        append_field(head, "Content-Length", std::to_string(*framing.content_length));
    }
    if (close || upgrade) {
        append_field(head, "Connection", !upgrade ? "close" : close ? "close, upgrade" : "upgrade");
    } else if (version < 11) {
        append_field(head, "Connection", "keep-alive");
    }
    return head.append("\r\n");
}

} // namespace rill::transport
