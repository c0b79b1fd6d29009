#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <rill/http/observer.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::redis {

/// The address of a server.
struct address
{
    std::string host = "127.0.0.1"; ///< a name or a numeric IP address
    std::uint16_t port = 6379;

    friend bool operator==(const address&, const address&) = default;
};

/// The sentinels that know the address of the primary.
struct sentinel_options
{
    std::vector<address> addresses{}; ///< empty: no sentinels. The log asks all of them
    std::string master_name{};
    std::string username{}; ///< empty: the default user
    std::string password{}; ///< of the sentinels; empty: no authentication
};

/// The past events that the server holds. The server removes old events in blocks, so it holds slightly more.
struct retention_options
{
    /// Maximum number of events. 0: no limit.
    std::uint64_t max_events = 1'000'000;
    /// Maximum age of an event. 0: no limit. The server checks it with each append and each `check_interval`.
    std::chrono::seconds max_age{0};
};

/// Options of a log on a Redis server.
struct backplane_options
{
    /// The address of the server. Not used with `unix_socket` or `sentinel`.
    address server{};
    /// The path of the Unix socket of the server. Empty: TCP.
    std::string unix_socket{};
    sentinel_options sentinel{};
    /// Empty: the default user.
    std::string username{};
    /// Empty: no authentication. The library never writes it into a message.
    std::string password{};
    unsigned database = 0;
    /// The name of the stream. All nodes with the same key share one log. The names of further keys begin with
    /// "{KEY}:".
    std::string key = "rill";
    retention_options retention{};

    /// Number of replicas that must confirm each append. With fewer confirmations within `replica_timeout`, the result
    /// is error::outcome_unknown: the primary has appended the event, but a failover may lose it.
    unsigned min_replicas = 0;
    std::chrono::milliseconds replica_timeout{1'000};
    /// Maximum time to resolve the name, to connect and to authenticate.
    std::chrono::milliseconds connect_timeout{5'000};
    /// Maximum time from a request to its reply.
    std::chrono::milliseconds request_timeout{5'000};
    /// The pause before the first reconnect. It doubles with each failure, up to `max_backoff`, plus up to half more.
    std::chrono::milliseconds initial_backoff{50};
    std::chrono::milliseconds max_backoff{2'000};
    /// Time that an append waits for a connection. After it, an append that was not sent fails with
    /// error::log_unavailable. An append that was sent fails with error::outcome_unknown.
    std::chrono::milliseconds append_grace{5'000};
    /// The reader waits at most this long for an event. It then checks whether the log still exists. The log asks the
    /// sentinels twice in this time. It must be shorter than the down-after-milliseconds of the sentinels.
    std::chrono::milliseconds check_interval{2'000};
    /// Time for which the server remembers an idempotency key.
    std::chrono::seconds idempotency_window{600};
    /// Maximum number of events that one request appends.
    std::size_t max_batch = 512;
    /// Maximum number of events that wait for an acknowledgment. Above it, append() fails with error::log_overloaded.
    std::size_t max_pending_events = 10'000;
    /// Maximum number of bytes of these events.
    std::size_t max_pending_bytes = 64UL * 1024 * 1024;
    /// Receives a line when the state of the connection changes, for example "redis 127.0.0.1:6379: connected". The
    /// thread of the log calls it. It must neither block nor throw.
    std::function<void(log_level, std::string_view)> log{};
};

} // namespace rill::redis
