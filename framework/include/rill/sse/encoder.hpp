#pragma once

#include <rill/core/error.hpp>
#include <rill/sse/event.hpp>
#include <string>
#include <string_view>

namespace rill::sse {

/// Appends the wire form of `e` (WHATWG HTML, section 9.2.5) to `out`. The result is always exactly one event, even if
/// the text contains line breaks. Errors: error::invalid_utf8. `out` is then not changed.
result<void> encode(const event& e, std::string& out);

/// Whether `text` is well-formed UTF-8 (Unicode 15, table 3-7).
bool is_valid_utf8(std::string_view text) noexcept;

} // namespace rill::sse
