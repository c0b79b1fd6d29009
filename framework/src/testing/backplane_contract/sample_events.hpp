#pragma once

#include <chrono>
#include <optional>
#include <rill/sse/event.hpp>
#include <string>
#include <vector>

namespace rill::testing::contract {

/// An event whose fields are difficult for a log.
struct sample_event
{
    std::string what; ///< for messages
    std::string topic = "contract";
    std::string key{};
    std::string name{};
    std::optional<std::string> data{};
    std::string comment{};
    std::optional<std::chrono::milliseconds> retry{};

    /// Refers to the texts of *this.
    sse::event as_event() const;
};

/// Each event has different data, or no data. The events with data are never equal.
std::vector<sample_event> sample_events();

} // namespace rill::testing::contract
