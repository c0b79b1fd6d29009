#pragma once

#include <rill/core/error.hpp>
#include <rill/sse/event.hpp>
#include <string>
#include <string_view>

namespace rill::sse {

/// Appends the wire form of `e` (WHATWG HTML, section 9.2.5) to `out`. It is always exactly one event, whatever line
/// breaks the text has. Fails with error::invalid_utf8, and does not change `out` then.
result<void> encode(const event& e, std::string& out);

/// Whether `text` is well-formed UTF-8 (Unicode 15, table 3-7).
bool is_valid_utf8(std::string_view text) noexcept;

} // namespace rill::sse
