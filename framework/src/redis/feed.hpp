#pragma once

#include <functional>
#include <optional>
#include <string>

#include "redis/readers.hpp"
#include "redis/session.hpp"

namespace rill::redis::detail {

/// Follows the stream on the server and passes its entries to the readers. All functions run on the thread of the log.
class feed
{
public:
    feed(log_state& state, readers& all, std::function<void()> on_begun)
        : state_(state), readers_(all), on_begun_(std::move(on_begun))
    {}

    /// Follows the stream until the connection fails. Returns its error.
    awaitable<failure> serve(session& connected);

private:
    awaitable<std::optional<failure>> check(session& connected);
    void on_entries(const std::vector<stream_entry>& entries);

    log_state& state_;
    readers& readers_;
    std::function<void()> on_begun_;
    std::string position_;   ///< the id of the last entry; empty before the first check
    std::uint64_t last_ = 0; ///< the last number of the server at the last check
    std::size_t max_entries_ = 64;
};

} // namespace rill::redis::detail
