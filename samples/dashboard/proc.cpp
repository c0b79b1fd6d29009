#include "dashboard/proc.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace dashboard {

namespace {

/// Removes the text up to the next separator and returns it.
std::string_view cut(std::string_view& text, char separator)
{
    const auto part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

std::string_view cut_word(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return cut(text, ' ');
}

std::uint64_t number(std::string_view word)
{
    std::uint64_t value = 0;
    std::from_chars(word.data(), word.data() + word.size(), value);
    return value;
}

std::vector<std::uint64_t> numbers(std::string_view text)
{
    std::vector<std::uint64_t> result;
    for (auto word = cut_word(text); !word.empty(); word = cut_word(text)) {
        result.push_back(number(word));
    }
    return result;
}

// The columns are: user nice system idle iowait irq softirq steal. The user time includes guests.
cpu_times times_of(std::string_view columns)
{
    constexpr std::size_t idle = 3;
    constexpr std::size_t iowait = 4;
    constexpr std::size_t columns_that_count = 8;
    cpu_times times;
    std::size_t column = 0;
    for (const auto ticks : numbers(columns)) {
        if (column == columns_that_count) {
            break;
        }
        times.total += ticks;
        times.busy += column == idle || column == iowait ? 0 : ticks;
        ++column;
    }
    return times;
}

std::string read_file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

void parse_stat(std::string_view text, reading& into)
{
    while (!text.empty()) {
        auto line = cut(text, '\n');
        const auto name = cut_word(line);
        if (name == "cpu") {
            into.cpu = times_of(line);
        } else if (name.starts_with("cpu")) {
            into.cores.push_back(times_of(line));
        }
    }
}

void parse_meminfo(std::string_view text, reading& into)
{
    std::uint64_t available = 0;
    while (!text.empty()) {
        auto line = cut(text, '\n');
        const auto name = cut_word(line);
        const auto bytes = 1024 * number(cut_word(line));
        if (name == "MemTotal:") {
            into.memory_total = bytes;
        } else if (name == "MemAvailable:") {
            available = bytes;
        }
    }
    into.memory_used = into.memory_total - std::min(available, into.memory_total);
}

void parse_net_dev(std::string_view text, reading& into)
{
    constexpr std::size_t received = 0;
    constexpr std::size_t sent = 8;
    into.has_interfaces = text.find('|') != text.npos; // this character is in the head of the table
    while (!text.empty()) {
        auto line = cut(text, '\n');
        if (line.find(':') == line.npos) {
            continue; // the head of the table
        }
        auto name = cut(line, ':');
        const auto columns = numbers(line);
        if (columns.size() <= sent) {
            continue;
        }
        if (cut_word(name) == "lo") {
            into.loopback += columns[sent];
        } else {
            into.received += columns[received];
            into.sent += columns[sent];
        }
    }
}

void parse_statm(std::string_view text, reading& into)
{
    const auto pages = numbers(text);
    into.resident = pages.size() < 2 ? 0 : pages[1] * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

reading read_machine(const std::string& directory)
{
    reading now;
    parse_stat(read_file(directory + "/stat"), now);
    parse_meminfo(read_file(directory + "/meminfo"), now);
    parse_net_dev(read_file(directory + "/net/dev"), now);
    parse_statm(read_file(directory + "/self/statm"), now);
    return now;
}

} // namespace dashboard
