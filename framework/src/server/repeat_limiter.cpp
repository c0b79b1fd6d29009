#include "server/repeat_limiter.hpp"

namespace rill {

namespace {

constexpr std::chrono::seconds window{1};

// The same for messages that differ in numbers only.
std::string kind_of(std::string_view text)
{
    std::string kind;
    for (const char c : text) {
        const bool digit = c >= '0' && c <= '9';
        if (!digit || kind.empty() || kind.back() != '0') {
            kind += digit ? '0' : c;
        }
    }
    return kind;
}

} // namespace

void repeat_limiter::tell_more(seen& s, std::vector<line>& lines)
{
    if (s.more != 0) {
        lines.push_back({s.last.level, std::to_string(s.more) + " more like: " + s.last.text});
    }
}

std::vector<repeat_limiter::line> repeat_limiter::put(log_level level, std::string_view text, time now)
{
    std::vector<line> lines;
    for (auto it = kinds_.begin(); it != kinds_.end();) {
        if (now - it->second.begin >= window) {
            tell_more(it->second, lines);
            it = kinds_.erase(it);
        } else {
            ++it;
        }
    }
    auto kind = kind_of(text);
    auto found = kinds_.find(kind);
    if (found == kinds_.end() && kinds_.size() < kinds) {
        found = kinds_.emplace(std::move(kind), seen{.begin = now, .last = {}}).first;
    }
    if (found == kinds_.end() || found->second.count < a_second_) {
        lines.push_back({level, std::string(text)});
    }
    if (found == kinds_.end()) {
        return lines;
    }
    auto& s = found->second;
    if (s.count < a_second_) {
        ++s.count;
    } else {
        ++s.more;
        s.last = {level, std::string(text)};
    }
    return lines;
}

std::vector<repeat_limiter::line> repeat_limiter::flush()
{
    std::vector<line> lines;
    for (auto& [kind, s] : kinds_) {
        tell_more(s, lines);
    }
    kinds_.clear();
    return lines;
}

} // namespace rill
