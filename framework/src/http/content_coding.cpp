#include "http/content_coding.hpp"

#include "http/grammar.hpp"

namespace rill::detail {

std::optional<problem> reject_content_coding(const request& req)
{
    const auto codings = req.fields().list("Content-Encoding").value_or("");
    const auto is_identity = [](std::string_view coding) { return iequals(coding, "identity"); };
    if (for_each_element(codings, is_identity)) {
        return std::nullopt;
    }
    return problem{.status = status::unsupported_media_type,
                   .detail = "the body must not be compressed or coded in any other way",
                   .headers = {{"Accept-Encoding", "identity"}}};
}

} // namespace rill::detail
