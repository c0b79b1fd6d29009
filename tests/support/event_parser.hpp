#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rill_test {

struct parsed_event
{
    std::string data;
    std::string name; ///< "message" if the event has none
    std::string id;   ///< the last event ID when the event was dispatched

    bool operator==(const parsed_event&) const = default;
};

struct parsed_stream
{
    std::vector<parsed_event> events;
    std::optional<std::string> retry; ///< the last one, as sent
    std::string last_id;
    bool ended = true; ///< there is no data after the last empty line
};

/// Parses a whole event stream by the steps of WHATWG HTML, section 9.2.6.
inline parsed_stream parse_events(std::string_view stream)
{
    parsed_stream out;
    std::string data;
    std::string type;
    std::string id;
    if (stream.starts_with("\xEF\xBB\xBF")) {
        stream.remove_prefix(3);
    }
    while (!stream.empty()) {
        const auto end = stream.find_first_of("\r\n");
        if (end == stream.npos) {
            break; // an incomplete line is discarded
        }
        const auto line = stream.substr(0, end);
        stream.remove_prefix(end + (stream.substr(end).starts_with("\r\n") ? 2 : 1));
        out.ended = line.empty();
        if (line.empty()) {
            out.last_id = id;
            if (!data.empty()) {
                data.pop_back();
                out.events.push_back({data, type.empty() ? "message" : type, id});
            }
            data.clear();
            type.clear();
            continue;
        }
        const auto colon = line.find(':');
        const auto field = line.substr(0, colon);
        auto value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
        if (value.starts_with(' ')) {
            value.remove_prefix(1);
        }
        if (field == "data") {
            data.append(value).append("\n");
        } else if (field == "event") {
            type = value;
        } else if (field == "id" && value.find('\0') == value.npos) {
            id = value;
        } else if (field == "retry" && !value.empty() && value.find_first_not_of("0123456789") == value.npos) {
            out.retry = value;
        }
    }
    out.ended = out.ended && stream.empty();
    return out;
}

} // namespace rill_test
