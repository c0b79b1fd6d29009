#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <rill/http/observer.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::nats {

enum class storage : unsigned char
{
    file,   ///< the events survive a restart of the NATS server
    memory, ///< the events are lost when the NATS server ends, or when most of its replicas end
};

/// The server removes the oldest events above these limits. 0: no limit.
struct retention_limits
{
    std::uint64_t max_events = 1'000'000;
    std::uint64_t max_bytes = 1024ULL * 1024 * 1024;
    std::chrono::milliseconds max_age{0}; ///< at least twice backplane_options::append_grace
};

/// Options of a backplane.
struct backplane_options
{
    /// The NATS servers: HOST, HOST:PORT or nats://HOST:PORT. All of them must belong to one cluster.
    std::vector<std::string> servers{"127.0.0.1:4222"};
    /// The name of the JetStream stream. At most 256 letters, digits, '_' and '-'.
    std::string stream = "rill";
    /// The subject of the topic "a/b" is PREFIX.a.b. Empty: the name of the stream.
    std::string subject_prefix{};

    std::string username{};
    std::string password{};
    std::string token{};            ///< instead of a user name
    std::string credentials_file{}; ///< instead of a user name: a file with a JWT and an NKey seed

    /// Whether the log creates the stream if it does not exist. If false, the log is unavailable until it exists.
    bool create_stream = true;
    /// The number of servers that hold each event, for a stream that the log creates: 1, 3 or 5.
    unsigned replicas = 1;
    rill::nats::storage storage = rill::nats::storage::file; ///< for a stream that the log creates
    retention_limits retention{};                            ///< for a stream that the log creates
    /// How long the server remembers an idempotency key, for a stream that the log creates. At least twice
    /// `append_grace`.
    std::chrono::milliseconds duplicate_window{120'000};

    std::chrono::milliseconds connect_timeout{2'000}; ///< maximum time to connect to one server
    /// Maximum time until the server responds to one request. The log then sends an append again.
    std::chrono::milliseconds request_timeout{2'000};
    /// Maximum time of an append, with all its attempts.
    std::chrono::milliseconds append_grace{10'000};
    /// Maximum time of a read of the past, including the time in the queue.
    std::chrono::milliseconds read_timeout{10'000};
    /// The server is assumed to be down if it sends nothing for three times this time.
    std::chrono::milliseconds heartbeat{1'000};
    /// Time for the new leader of a clustered stream to show all events that the cluster has stored. If known events
    /// are still missing then, the stream has lost them. The log is unavailable during this time.
    std::chrono::milliseconds catch_up_time{5'000};
    std::chrono::milliseconds initial_backoff{50}; ///< time before the second attempt to connect; it doubles
    std::chrono::milliseconds max_backoff{2'000};  ///< maximum time between two attempts to connect

    std::size_t max_pending_events = 10'000;                       ///< appends without an outcome; then log_overloaded
    std::size_t max_pending_bytes = std::size_t(64) * 1024 * 1024; ///< their size; then log_overloaded
    std::size_t read_threads = 2; ///< maximum number of reads of the past at one time; further reads wait

    /// Receives messages for operators, one line each, for example about a lost connection. They never contain
    /// passwords. Threads of the log call it, also at the same time. It must neither block nor throw.
    std::function<void(log_level, std::string_view)> log{};
};

} // namespace rill::nats
