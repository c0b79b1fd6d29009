#include <rill/http/detail/json_write.hpp>

#include <cmath>

#include "http/json_text.hpp"

namespace rill::detail {

namespace {

template <class T>
void write_finite(std::string& out, T number)
{
    if (!std::isfinite(number)) {
        out += "null";
        return;
    }
    std::array<char, 32> digits;
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

} // namespace

void write_text(std::string& out, std::string_view text)
{
    append_json(out, text);
}

void write_number(std::string& out, double number)
{
    write_finite(out, number);
}

void write_number(std::string& out, float number)
{
    write_finite(out, number);
}

void write_value(std::string& out, const boost::json::object& v)
{
    write_map(out, v);
}

void write_value(std::string& out, const boost::json::array& v)
{
    write_sequence(out, v);
}

void write_value(std::string& out, const boost::json::value& v)
{
    switch (v.kind()) {
    case boost::json::kind::null:
        out += "null";
        break;
    case boost::json::kind::bool_:
        write_json(out, v.get_bool());
        break;
    case boost::json::kind::int64:
        write_whole(out, v.get_int64());
        break;
    case boost::json::kind::uint64:
        write_whole(out, v.get_uint64());
        break;
    case boost::json::kind::double_:
        write_number(out, v.get_double());
        break;
    case boost::json::kind::string:
        append_json(out, v.get_string());
        break;
    case boost::json::kind::array:
        write_value(out, v.get_array());
        break;
    case boost::json::kind::object:
        write_value(out, v.get_object());
        break;
    }
}

} // namespace rill::detail
