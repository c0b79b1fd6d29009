#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <rill/pubsub/backplane.hpp>
#include <stdexcept>

namespace rill::testing {

/// Connects the contract with the log under test. The contract needs the functions `create` and `open`. If another
/// function is empty, the contract skips the cases that need it. The thread that runs a case calls the functions. They
/// may throw an exception, which fails the case.
struct backplane_fixture
{
    /// Replaces the log by a new, empty log: another file, key or stream. No connection is open. Ends the effect of all
    /// faults.
    std::function<void()> create{};
    /// Opens another connection to the present log, as another process does. All connections must see the same events.
    /// A log in the memory of the process may return the same object each time.
    std::function<std::shared_ptr<pubsub::backplane>()> open{};

    /// The log becomes unreachable for all connections and loses no event: its process is stopped, its connections are
    /// cut, or another program locks its file.
    std::function<void()> interrupt{};
    /// Ends the effect of interrupt(). Connections may need some time to notice it, at most `patience`.
    std::function<void()> restore{};
    /// Each operation of the log takes noticeably longer, until fast().
    std::function<void()> slow{};
    std::function<void()> fast{};
    /// Removes the oldest events, at least the first one. At least the `keep` newest events stay. With 0 all events are
    /// removed.
    std::function<void(std::size_t keep)> trim{};
    /// Remembers the present state of the log, for lose_tail(): for example, copies its files.
    std::function<void()> save{};
    /// Returns the log to the state of save(): for example, restarts its server with the copied files. The log loses
    /// all events that it has acknowledged since then.
    std::function<void()> lose_tail{};

    /// Whether lose_tail() works while connections are open. If false, the contract closes them before the call.
    bool lose_tail_while_open = true;
    /// Whether the log may report a gap after interrupt() and restore().
    bool gap_after_interrupt = false;
    /// Whether the log checks append_options::idempotency_key.
    bool idempotency_keys = true;
    /// Whether backplane::stats() counts.
    bool counters = true;

    /// Maximum real time of each wait for the log. It does not delay a log that meets the contract.
    std::chrono::milliseconds patience{10'000};
    /// Maximum real time of a long interruption. Appends fail during an interruption only if this is longer than the
    /// time for which the log keeps them.
    std::chrono::milliseconds interruption{500};
    /// Seed of the random choices. 0: the value of the environment variable RILL_TEST_SEED, or 1 if it is not set.
    std::uint64_t seed = 0;
};

/// The log has violated a rule of the contract. The message says what was expected and what came, and has the seed.
struct contract_violation : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

} // namespace rill::testing
