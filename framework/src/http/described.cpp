#include <rill/http/described.hpp>

#include "http/printable.hpp"

namespace rill {

namespace {

// Escapes one step of a JSON pointer (RFC 6901, section 3).
std::string escaped(std::string_view name)
{
    std::string step;
    for (const char c : detail::printable(name)) {
        if (c == '~') {
            step += "~0";
        } else if (c == '/') {
            step += "~1";
        } else {
            step += c;
        }
    }
    return step;
}

} // namespace

std::string read_error::text() const
{
    return (path.empty() ? "the body" : path + ":") + ' ' + reason;
}

namespace detail {

bool fail(read_error& error, std::string_view reason)
{
    error.path.clear();
    error.reason = reason;
    return false;
}

bool step_back(read_error& error, std::string_view name)
{
    error.path.insert(0, '/' + escaped(name));
    return false;
}

bool step_back(read_error& error, std::size_t index)
{
    error.path.insert(0, '/' + std::to_string(index));
    return false;
}

problem wrong_content(const read_error& error)
{
    return {.status = status::unprocessable_entity, .detail = error.text(), .title = {}};
}

} // namespace detail
} // namespace rill
