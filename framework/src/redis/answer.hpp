#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "redis/entry.hpp"

namespace rill::redis::detail {

/// The answer of the append script.
struct append_answer
{
    std::uint64_t epoch = 0;
    std::uint64_t last = 0;
    std::vector<std::uint64_t> numbers{}; ///< of the events, in their order
    bool is_confirmed = true;             ///< whether enough replicas have confirmed
};

/// The answer of the read script.
struct read_answer
{
    std::uint64_t epoch = 0;
    std::uint64_t last = 0;
    bool is_known = true; ///< whether the server holds every event after the given number
    std::uint64_t position = 0;
    std::vector<stream_entry> entries{};
};

/// These functions return nothing if the reply has an unexpected form.
std::optional<append_answer> parse_append_answer(const reply& answer, std::size_t events);
std::optional<read_answer> parse_read_answer(const reply& answer);
std::optional<std::vector<stream_entry>> decode_entries(const reply& entries);

} // namespace rill::redis::detail
