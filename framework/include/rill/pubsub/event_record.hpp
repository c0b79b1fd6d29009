#pragma once

#include <chrono>
#include <optional>
#include <rill/core/error.hpp>
#include <rill/pubsub/encoded_event.hpp>
#include <string>

namespace rill::pubsub {

/// The fields of an event in the form in which a log stores them. It owns its texts. The id is not a part of it,
/// because the log assigns the id.
struct event_record
{
    std::string topic{};
    std::string key{};
    std::string name{};
    std::optional<std::string> data{};
    std::string comment{}; ///< with LF between its lines; empty: no comment
    std::optional<std::chrono::milliseconds> retry{};

    event_record() = default;
    /// Copies the fields of a draft.
    explicit event_record(const event_draft& draft);

    /// Encodes the event. Errors: those of event_draft::make(); error::invalid_field_value if the name contains CR, LF
    /// or NUL; error::invalid_topic if the topic is neither empty nor valid, see is_topic(). A log that other programs
    /// may write to must expect these errors.
    result<event_draft> draft() const;
};

} // namespace rill::pubsub
