#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "redis/answer.hpp"
#include "redis/append_queue.hpp"
#include "redis/connection.hpp"
#include "redis/log_state.hpp"

namespace rill::redis::detail {

/// Some events that are appended with one request.
struct append_batch
{
    std::vector<pending_append> events{};
    std::uint64_t counter = 0; ///< identifies the batch among all batches of this log object
    std::uint64_t sent_in = 0; ///< the known epoch at the first attempt whose outcome is unknown. 0: none
    std::chrono::steady_clock::time_point first_sent{};
};

/// An authenticated connection to the primary of a log.
class session
{
public:
    session(asio::io_context& context, log_state& state) : context_(context), state_(state), connection_(context) {}

    /// Finds the primary, connects and checks the epoch.
    awaitable<outcome<void>> open();
    /// The name of the server for messages.
    const std::string& server() const noexcept { return server_; }
    bool is_open() const noexcept { return connection_.is_open(); }
    /// Between two requests: the error if the server has closed the connection or was replaced.
    std::optional<failure> find_fault(std::string_view request);
    /// Whether the sentinels name another server.
    bool was_replaced() const noexcept { return state_.primary().was_replaced(server_); }
    /// Whether the server is still the primary. Asks the sentinels if nobody has asked them within check_interval. The
    /// server remains the primary if they do not answer.
    awaitable<bool> is_primary();
    /// Closes the connection. Returns the error for a server that was replaced.
    failure replaced();

    /// Checks the epoch, and appends the events of the batch. If replicas must confirm, waits for them.
    /// The batch must live until the coroutine has completed.
    awaitable<outcome<append_answer>> append(const append_batch& batch);
    /// Only checks the epoch. Begins a new one if events may be lost.
    awaitable<outcome<append_answer>> check();

    struct read_range
    {
        std::uint64_t after = 0;
        std::size_t max_events = 0;
        std::size_t max_bytes = 0;
    };
    awaitable<outcome<read_answer>> read(read_range range);
    /// Finds the position that is at most this many events before the end.
    awaitable<outcome<read_answer>> find_begin(std::size_t max_past_events);

    /// Waits for entries after this id. Returns no entries after options().check_interval.
    awaitable<outcome<std::vector<stream_entry>>> wait_for_entries(std::string after, std::size_t max_entries);

private:
    struct script
    {
        std::string_view text{};
        std::string sha{};
    };

    awaitable<outcome<void>> login();
    awaitable<outcome<std::vector<reply>>> evaluate(const script& which, std::vector<std::string> keys,
                                                    entry_words arguments, bool wait_for_replicas);
    awaitable<outcome<read_answer>> run_read(read_range range, std::string max_past_events);

    asio::io_context& context_;
    log_state& state_;
    connection connection_;
    std::string server_;
    script append_script_;
    script read_script_;
};

} // namespace rill::redis::detail
