#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/client/load_plan.hpp"

namespace bench {

/// Returns the request of a stream.
/// @param stream  index of the stream among those of all processes; it selects the topic
/// @param last_id  the value of Last-Event-ID, if there is one
std::string request_text(const load_plan& plan, std::uint64_t stream, std::optional<std::uint64_t> last_id);

} // namespace bench
