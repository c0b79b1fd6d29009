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

/// How many there are of each client address. Locks, but only for a connection or a stream that comes or goes, and only
/// where there is a limit.
class address_counter
{
public:
    /// False when there are `most` already.
    bool enter(std::uint64_t address, std::size_t most);
    void leave(std::uint64_t address) noexcept;

private:
    struct shard
    {
        std::mutex mutex;
        std::unordered_map<std::uint64_t, std::size_t> counts;
    };
    shard& of(std::uint64_t address) noexcept;

    std::array<shard, 16> shards_;
};

using rill::detail::address_key;

/// What all workers of a server hold together, against its limits. Relaxed counters, each exact, without a lock.
class capacity
{
public:
    explicit capacity(const capacity_limits& limits);
    capacity(const capacity&) = delete;
    capacity& operator=(const capacity&) = delete;

    enum class place : unsigned char
    {
        given,
        none,      ///< yet: it may stay until it has one after all (enter_late) or has been told that there is none
        none_left, ///< and not even that: too many are being told already
    };

    /// A connection has come. May throw bad_alloc, with nothing counted. To be left as the kind of place that was
    /// given; `none_left` needs no leaving.
    place enter(std::uint64_t address);
    /// Whether one that had `none` has a place now. May throw bad_alloc, with nothing changed.
    bool enter_late(std::uint64_t address);
    void leave(place p, std::uint64_t address) noexcept;

    /// False when there is no place for a stream: who then refuses it counts that. May throw bad_alloc, with nothing
    /// counted.
    bool enter_stream(std::uint64_t address);
    void leave_stream(std::uint64_t address) noexcept;

    /// Bytes that a client does not take. False when there is no room for them.
    bool queue(std::size_t bytes) noexcept;
    void unqueue(std::size_t bytes) noexcept { queued_bytes.fetch_sub(bytes, std::memory_order_relaxed); }
    /// Whether there would be room for so many now.
    bool can_queue(std::size_t bytes) const noexcept;

    /// Bytes of a request's body that are held in memory. False when there is no room for them.
    bool hold(std::size_t bytes) noexcept;
    void release(std::size_t bytes) noexcept { body_bytes.fetch_sub(bytes, std::memory_order_relaxed); }

    bool counts_connections_by_address() const noexcept { return limits.max_connections_per_address != 0; }
    bool counts_streams_by_address() const noexcept { return limits.max_streams_per_address != 0; }

    const capacity_limits& limits;

    using counter = std::atomic<std::size_t>;
    counter connections = 0; ///< at present
    counter refusing = 0;    ///< at present, beside these
    counter streams = 0;     ///< at present
    counter queued_bytes = 0;
    counter body_bytes = 0;          ///< of requests that are held in memory
    counter refused_connections = 0; ///< counted when they leave
    counter refused_streams = 0;
    counter overflows = 0;       ///< streams and responses ended for queued_bytes
    counter accept_pauses = 0;   ///< of a listener that was out of descriptors or memory
    counter accept_failures = 0; ///< connections that were gone before they were accepted

private:
    bool take_place(std::uint64_t address);

    address_counter connections_by_address_;
    address_counter streams_by_address_;
};

/// A share of the queued bytes, given back with its end.
class queued_share
{
public:
    explicit queued_share(capacity& of) noexcept : capacity_(of) {}
    queued_share(const queued_share&) = delete;
    queued_share& operator=(const queued_share&) = delete;
    ~queued_share() { capacity_.unqueue(bytes_); }

    bool grow(std::size_t bytes) noexcept
    {
        const bool room = capacity_.queue(bytes);
        bytes_ += room ? bytes : 0;
        return room;
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

/// What the body of one request holds, given back with its end.
class held_body
{
public:
    explicit held_body(capacity& of) noexcept : capacity_(of) {}
    held_body(const held_body&) = delete;
    held_body& operator=(const held_body&) = delete;
    ~held_body() { capacity_.release(bytes_); }

    /// False when there is no room for it to have become so large.
    bool grow_to(std::size_t bytes) noexcept
    {
        const bool room = bytes <= bytes_ || capacity_.hold(bytes - bytes_);
        bytes_ = room && bytes > bytes_ ? bytes : bytes_;
        return room;
    }

private:
    capacity& capacity_;
    std::size_t bytes_ = 0;
};

} // namespace rill::transport
