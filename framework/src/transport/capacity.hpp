#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <rill/http/limits.hpp>
#include <string_view>
#include <unordered_map>

#include "http/address_key.hpp"

namespace rill::transport {

/// Counts entries per client address. Thread-safe: each shard has a mutex. A thread locks it only when a connection or
/// a stream begins or ends, and only if the server has a limit per address.
class address_counter
{
public:
    /// Adds one entry. Returns false if the address has `max` entries already. May throw bad_alloc.
    bool admit(std::uint64_t address, std::size_t max);
    void release(std::uint64_t address) noexcept;

private:
    struct shard
    {
        std::mutex mutex;
        std::unordered_map<std::uint64_t, std::size_t> counts;
    };
    shard& shard_of(std::uint64_t address) noexcept;

    std::array<shard, 16> shards_;
};

using rill::detail::address_key;

/// The resources that all workers of a server use together, and their limits. Thread-safe: the counters are atomic,
/// with relaxed memory order. Each counter is exact.
class capacity
{
public:
    explicit capacity(const capacity_limits& limits);
    capacity(const capacity&) = delete;
    capacity& operator=(const capacity&) = delete;

    /// The slot of a connection. A connection above the limit gets a provisional slot. It keeps this slot until
    /// confirm() succeeds, or until its client has received a refusal. If there are too many provisional slots, the
    /// connection is rejected and closed at once.
    enum class slot : unsigned char
    {
        granted,
        provisional,
        rejected
    };

    /// Takes a slot for a new connection. The caller returns the slot with release(), unless the result is `rejected`.
    /// May throw bad_alloc, with the strong exception guarantee.
    slot admit(std::uint64_t address);
    /// Changes a provisional slot to a granted slot. Returns false if the limit is still reached. May throw bad_alloc,
    /// with the strong exception guarantee.
    bool confirm(std::uint64_t address);
    void release(slot held, std::uint64_t address) noexcept;

    /// Takes a slot for a stream. Returns false if a limit is reached. Then the caller counts the refusal in
    /// refused_streams. May throw bad_alloc, with the strong exception guarantee.
    bool admit_stream(std::uint64_t address);
    void release_stream(std::uint64_t address) noexcept;

    /// Reserves space for bytes that the kernel does not take yet. Returns false if the limit is reached.
    bool queue(std::size_t bytes) noexcept;
    void unqueue(std::size_t bytes) noexcept { queued_bytes.fetch_sub(bytes, std::memory_order_relaxed); }
    /// Whether queue(bytes) would succeed now.
    bool can_queue(std::size_t bytes) const noexcept;

    /// Reserves space for bytes of a request body in memory. Returns false if the limit is reached.
    bool hold(std::size_t bytes) noexcept;
    void release(std::size_t bytes) noexcept { body_bytes.fetch_sub(bytes, std::memory_order_relaxed); }

    bool counts_connections_by_address() const noexcept { return limits.max_connections_per_address != 0; }
    bool counts_streams_by_address() const noexcept { return limits.max_streams_per_address != 0; }

    const capacity_limits& limits;

    using counter = std::atomic<std::size_t>;
    counter connections = 0; ///< open now, with a granted slot
    counter provisional = 0; ///< open now, with a provisional slot
    counter streams = 0;     ///< open now
    counter queued_bytes = 0;
    counter body_bytes = 0;          ///< bytes of request bodies in memory
    counter refused_connections = 0; ///< total
    counter refused_streams = 0;     ///< total
    counter overflows = 0;           ///< total of streams and responses that ended at the limit of queued_bytes
    counter accept_pauses = 0;       ///< total of pauses of listeners because descriptors or memory were missing
    counter accept_failures = 0;     ///< total of connections that ended before accept()

private:
    bool take_slot(std::uint64_t address);

    address_counter connections_by_address_;
    address_counter streams_by_address_;
};

/// The queued bytes of one connection. The destructor releases them.
class queued_share
{
public:
    explicit queued_share(capacity& of) noexcept : capacity_(of) {}
    queued_share(const queued_share&) = delete;
    queued_share& operator=(const queued_share&) = delete;
    ~queued_share() { capacity_.unqueue(bytes_); }

    /// Adds `bytes`. If the limit is reached, changes nothing and returns false.
    bool grow(std::size_t bytes) noexcept
    {
        const bool fits = capacity_.queue(bytes);
        bytes_ += fits ? bytes : 0;
        return fits;
    }
    void shrink(std::size_t bytes) noexcept
    {
        bytes_ -= bytes;
        capacity_.unqueue(bytes);
    }

private:
    capacity& capacity_;
    std::size_t bytes_ = 0;
};

/// The bytes of one request body in memory. The destructor releases them.
class held_body
{
public:
    explicit held_body(capacity& of) noexcept : capacity_(of) {}
    held_body(const held_body&) = delete;
    held_body& operator=(const held_body&) = delete;
    ~held_body() { capacity_.release(bytes_); }

    /// Increases the size to `bytes`. Does nothing if the size is already larger. If the limit is reached, changes
    /// nothing and returns false.
    bool grow_to(std::size_t bytes) noexcept
    {
        const bool fits = bytes <= bytes_ || capacity_.hold(bytes - bytes_);
        bytes_ = fits && bytes > bytes_ ? bytes : bytes_;
        return fits;
    }

private:
    capacity& capacity_;
    std::size_t bytes_ = 0;
};

} // namespace rill::transport
