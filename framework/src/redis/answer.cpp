#include "redis/answer.hpp"

#include <string_view>

#include "http/whole_number.hpp"

namespace rill::redis::detail {

namespace {

using rill::detail::whole_number;

// Sets the numbers of the events whose idempotency key was known: "INDEX=NUMBER INDEX=NUMBER".
bool set_known(std::string_view text, std::vector<std::uint64_t>& numbers)
{
    while (!text.empty()) {
        const auto end = text.find(' ');
        const auto item = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        const auto middle = item.find('=');
        if (middle == item.npos) {
            return false;
        }
        const auto index = whole_number<std::size_t>(item.substr(0, middle));
        const auto number = whole_number<std::uint64_t>(item.substr(middle + 1));
        if (!index || !number || *index >= numbers.size() || *number == 0) {
            return false;
        }
        numbers[*index] = *number;
    }
    return true;
}

} // namespace

std::optional<append_answer> parse_append_answer(const reply& answer, std::size_t events)
{
    const auto epoch = answer.at(0).number();
    const auto last = answer.at(1).number();
    auto next = answer.at(2).number();
    if (!epoch || !last || !next) {
        return std::nullopt;
    }
    append_answer parsed{.epoch = *epoch, .last = *last, .numbers = std::vector<std::uint64_t>(events)};
    if (!set_known(answer.at(3).text, parsed.numbers)) {
        return std::nullopt;
    }
    for (auto& number : parsed.numbers) {
        if (number == 0) {
            number = (*next)++;
        }
        if (number == 0) { // the script has appended no event
            return std::nullopt;
        }
    }
    return parsed;
}

std::optional<read_answer> parse_read_answer(const reply& answer)
{
    const auto epoch = answer.at(0).number();
    const auto last = answer.at(1).number();
    if (!epoch || !last) {
        return std::nullopt;
    }
    read_answer parsed{.epoch = *epoch, .last = *last};
    if (answer.at(2).text == "unknown") {
        parsed.is_known = false;
        return parsed;
    }
    const auto position = answer.at(2).number();
    auto entries = decode_entries(answer.at(3));
    if (!position || !entries) {
        return std::nullopt;
    }
    parsed.position = *position;
    parsed.entries = std::move(*entries);
    return parsed;
}

std::optional<std::vector<stream_entry>> decode_entries(const reply& entries)
{
    if (!entries.is_array()) {
        return std::nullopt;
    }
    std::vector<stream_entry> decoded;
    decoded.reserve(entries.elements.size());
    for (const auto& one : entries.elements) {
        auto entry = decode_entry(one);
        if (!entry) {
            return std::nullopt;
        }
        decoded.push_back(std::move(*entry));
    }
    return decoded;
}

} // namespace rill::redis::detail
