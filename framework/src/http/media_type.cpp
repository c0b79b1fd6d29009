#include "http/media_type.hpp"

#include "http/grammar.hpp"

namespace rill::detail {

std::string_view media_type(std::string_view content_type) noexcept
{
    return trimmed(content_type.substr(0, content_type.find(';')));
}

} // namespace rill::detail
