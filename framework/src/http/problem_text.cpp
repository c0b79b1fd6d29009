#include "http/problem_text.hpp"

#include <ostream> // for the status of Beast

#include "http/json_text.hpp"

namespace rill::detail {

std::string problem_text(status code, std::string_view title, std::string_view detail)
{
    const auto reason = boost::beast::http::obsolete_reason(code);
    std::string text = R"({"type":"about:blank","title":)";
    append_json(text, title.empty() ? std::string_view(reason.data(), reason.size()) : title);
    text += R"(,"status":)" + std::to_string(static_cast<unsigned>(code));
    if (!detail.empty()) {
        text += R"(,"detail":)";
        append_json(text, detail);
    }
    text += '}';
    return text;
}

} // namespace rill::detail
