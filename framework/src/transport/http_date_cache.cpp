#include "transport/http_date_cache.hpp"

#include <chrono>

#include "core/date.hpp"

namespace rill::transport {

std::string_view http_date_cache::get(std::time_t now)
{
    if (now != second_) {
        const auto text = detail::http_date(std::chrono::sys_seconds(std::chrono::seconds(now)));
        text_.assign(text.data(), text.size());
        second_ = now;
    }
    return text_;
}

} // namespace rill::transport
