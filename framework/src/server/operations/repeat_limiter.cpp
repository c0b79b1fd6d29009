#include "server/operations/repeat_limiter.hpp"

namespace rill {

namespace {

constexpr std::chrono::seconds window{1};

// Messages that differ only in numbers are of one kind.
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

void repeat_limiter::summarize(const seen& s, std::vector<line>& lines)
{
    if (s.held_back != 0) {
        lines.push_back({s.last.level, std::to_string(s.held_back) + " more like: " + s.last.text});
    }
}

std::vector<repeat_limiter::line> repeat_limiter::put(log_level level, std::string_view text, time now)
{
    std::vector<line> lines;
    for (auto it = kinds_.begin(); it != kinds_.end();) {
        if (now - it->second.begin >= window) {
            summarize(it->second, lines);
            it = kinds_.erase(it);
        } else {
            ++it;
        }
    }
    auto kind = kind_of(text);
    auto found = kinds_.find(kind);
    if (found == kinds_.end() && kinds_.size() < max_kinds) {
        found = kinds_.emplace(std::move(kind), seen{.begin = now, .last = {}}).first;
    }
    if (found == kinds_.end() || found->second.count < max_per_second_) {
        lines.push_back({level, std::string(text)});
    }
    if (found == kinds_.end()) {
        return lines;
    }
    auto& s = found->second;
    if (s.count < max_per_second_) {
        ++s.count;
    } else {
        ++s.held_back;
        s.last = {level, std::string(text)};
    }
    return lines;
}

std::vector<repeat_limiter::line> repeat_limiter::flush()
{
    std::vector<line> lines;
    for (auto& [kind, s] : kinds_) {
        summarize(s, lines);
    }
    kinds_.clear();
    return lines;
}

} // namespace rill
