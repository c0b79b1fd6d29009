#pragma once

#include <rill/core/error.hpp>
#include <rill/sse/event.hpp>
#include <string>
#include <string_view>

namespace rill::sse {

/// Appends the wire form of `e` (WHATWG HTML, 9.2.5) to `out`: always exactly one event, whatever line ends its text
/// has. Fails with error::invalid_utf8, leaving `out` as it was.
result<void> encode(const event& e, std::string& out);

/// Whether `text` is well-formed UTF-8 (Unicode 15, table 3-7).
bool is_valid_utf8(std::string_view text) noexcept;

} // namespace rill::sse
