#include "harness/report/markup.hpp"

namespace bench {

std::string escaped(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            result += c;
        }
    }
    return result;
}

void markup::begin(std::string_view name, attributes list)
{
    out_ += '<';
    out_ += name;
    for (const auto& each : list) {
        out_.append(" ").append(each.name).append("=\"").append(escaped(each.value)).append("\"");
    }
}

markup& markup::open(std::string_view name, attributes list)
{
    begin(name, list);
    out_ += '>';
    open_.push_back(name);
    return *this;
}

markup& markup::close()
{
    out_.append("</").append(open_.back()).append(">");
    open_.pop_back();
    return *this;
}

markup& markup::text(std::string_view text)
{
    out_ += escaped(text);
    return *this;
}

markup& markup::leaf(std::string_view name, std::string_view text, attributes list)
{
    return open(name, list).markup::text(text).close();
}

markup& markup::empty(std::string_view name, attributes list)
{
    begin(name, list);
    out_ += "/>";
    return *this;
}

markup& markup::raw(std::string_view written)
{
    out_ += written;
    return *this;
}

std::string markup::take()
{
    while (!open_.empty()) {
        close();
    }
    return std::move(out_);
}

} // namespace bench
