#include "soak/reader.hpp"

#include <charconv>
#include <utility>

namespace rill_soak {

// The server never divides an event between chunks. Therefore the reader can ignore the lines of the chunk heads.
std::optional<std::string> reader::read(std::string_view bytes)
{
    line_.append(bytes);
    std::size_t begin = 0;
    for (auto end = line_.find('\n'); end != line_.npos; end = line_.find('\n', begin)) {
        const auto line = std::string_view(line_).substr(begin, end - begin);
        begin = end + 1;
        if (auto wrong = on_line(line)) {
            return wrong;
        }
    }
    line_.erase(0, begin);
    return std::nullopt;
}

std::optional<std::string> reader::on_line(std::string_view line)
{
    const auto value = [line](std::size_t name) {
        const auto text = line.substr(name);
        return std::string(text.starts_with(' ') ? text.substr(1) : text);
    };
    if (!has_head_) {
        if (line.starts_with("HTTP/1.1 ") && !line.starts_with("HTTP/1.1 200 ")) {
            return "answered with " + std::string(line);
        }
        has_head_ = line == "\r";
    } else if (line.starts_with("id:")) {
        id_ = value(3);
    } else if (line.starts_with("event:")) {
        name_ = value(6);
    } else if (line.starts_with("data:")) {
        data_ = value(5);
    } else if (line.empty()) {
        return on_event();
    }
    return std::nullopt;
}

std::optional<std::string> reader::on_event()
{
    const auto name = std::exchange(name_, {});
    const auto data = std::exchange(data_, {});
    if (auto id = std::exchange(id_, {}); !id.empty()) {
        last_id_ = std::move(id);
    }
    if (data.empty()) {
        return std::nullopt;
    }
    if (name == "gap") {
        gap_ = true;
        ++gaps_;
        return std::nullopt;
    }
    const auto colon = data.find(':');
    unsigned life = 0;
    std::uint64_t number = 0;
    if (!name.empty() || colon == data.npos ||
        std::from_chars(data.data(), data.data() + colon, life).ec != std::errc() ||
        std::from_chars(data.data() + colon + 1, data.data() + data.size(), number).ec != std::errc())
    {
        return "an event that nobody published: " + name + " " + data;
    }
    return on_number(life, number);
}

std::optional<std::string> reader::on_number(unsigned life, std::uint64_t number)
{
    const auto before = std::to_string(life_) + ":" + std::to_string(number_);
    const auto now = std::to_string(life) + ":" + std::to_string(number);
    const bool told = std::exchange(gap_, false);
    const bool first = life_ == 0;
    const bool same = life == life_;
    const bool right = first || (same ? number == number_ + 1 && !told : life > life_ && told && number == 1);
    life_ = life;
    number_ = number;
    ++events_;
    if (!right) {
        return before + " is followed by " + now + (told ? " after a gap" : "");
    }
    return std::nullopt;
}

} // namespace rill_soak
