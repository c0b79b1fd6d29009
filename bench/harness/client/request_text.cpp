#include "harness/client/request_text.hpp"

#include "harness/support/text.hpp"

namespace bench {

std::string request_text(const load_plan& plan, std::uint64_t stream, std::optional<std::uint64_t> last_id)
{
    auto path = plan.to.path;
    replace_all(path, topic_placeholder, std::to_string(plan.topic_of(stream)));
    std::string text = "GET " + path + " HTTP/1.1\r\nHost: " + plan.to.host + "\r\nAccept: text/event-stream\r\n";
    for (const auto& line : plan.headers) {
        text += line + "\r\n";
    }
    if (last_id) {
        text += "Last-Event-ID: " + std::to_string(*last_id) + "\r\n";
    }
    return text + "\r\n";
}

} // namespace bench
