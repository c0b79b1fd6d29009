#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <rill/http/observer.hpp>
#include <rill/testing/log_line.hpp>
#include <vector>

namespace rill::testing::detail {

/// The events that a server has reported to its observer.
class event_record
{
public:
    /// Returns an observer that records the events and then calls the functions of `user`. Calls `on_opened` with the
    /// id of each new stream. `user` and this object must outlive the observer.
    observer make_observer(const observer& user, std::function<void(std::uint64_t)> on_opened);

    /// The close reason of the stream with this id, if it has ended.
    std::optional<close_reason> reason_of(std::uint64_t stream) const;
    /// The close reasons of all streams, in the order of their ends.
    const std::vector<close_reason>& reasons() const noexcept { return reasons_; }
    const std::vector<log_line>& log() const noexcept { return log_; }

private:
    std::map<std::uint64_t, close_reason> ended_streams_;
    std::vector<close_reason> reasons_;
    std::vector<log_line> log_;
};

} // namespace rill::testing::detail
