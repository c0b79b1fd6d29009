#include "server/operations/prepared_line.hpp"

#include <algorithm>
#include <string>
#include <unistd.h>

#include "server/operations/log_line.hpp"
#include "server/operations/sigpipe_guard.hpp"

namespace rill {

prepared_line::prepared_line(log_format format, log_level level, std::string_view text)
{
    const auto line = log_line(format, level, text.substr(0, 256));
    size_ = line.copy(text_.data(), text_.size());
    timestamp_offset_ = line.find_first_of("0123456789"); // both formats begin with the time
}

void prepared_line::write() const noexcept
{
    auto line = text_;
    std::ranges::copy(present_timestamp(), line.begin() + static_cast<std::ptrdiff_t>(timestamp_offset_));
    if (size_ != 0) {
        const sigpipe_guard guard;
        static_cast<void>(::write(STDERR_FILENO, line.data(), size_) + 1);
    }
}

} // namespace rill
