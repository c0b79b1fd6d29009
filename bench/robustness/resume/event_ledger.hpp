#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace resume {

/// The published events in their order, as one connection has received them that nothing cuts. An event has an id,
/// which is any text. A token stands for an id, because thousands of streams receive the same ids.
class published_events
{
public:
    using token = std::uint32_t;
    using position = std::uint32_t;
    static constexpr position unknown = UINT32_MAX;

    /// Returns the token of an id, which need not be published yet: a stream may be faster than the reference.
    token token_of(std::string_view id);
    /// Appends an event. A repeated id does not move, and counts as repeated.
    void publish(std::string_view id);

    /// The number of tokens.
    std::size_t tokens() const noexcept { return positions_.size(); }
    /// The position of the event, from 0 on. `unknown` if the reference has not received it.
    position position_of(token t) const { return positions_[t]; }
    position size() const noexcept { return size_; }
    std::uint64_t repeated() const noexcept { return repeated_; }

private:
    std::unordered_map<std::string, token> tokens_;
    std::vector<position> positions_; ///< by token
    position size_ = 0;
    std::uint64_t repeated_ = 0;
};

/// The promise of a server to a client that sends its last event id.
enum class guarantee : unsigned char
{
    all,   ///< each event once and in order, over all connections of a stream
    order, ///< no event twice or out of order within a connection; the events between two connections are lost
};

/// How the events of streams differ from the published events.
struct findings
{
    std::uint64_t events = 0;
    std::uint64_t duplicates = 0; ///< also events before those that the stream has requested
    std::uint64_t missing = 0;
    std::uint64_t out_of_order = 0; ///< later than an event that follows it
    std::uint64_t unknown = 0;      ///< not received by the reference

    findings& operator+=(const findings& other) noexcept;
    /// Whether the server has kept its promise. Missing and unknown events break `all` only.
    bool keep(guarantee promise) const noexcept;
};

/// The events of one stream, over all its connections.
class stream_record
{
public:
    void begin_connection()
    {
        received_.push_back(new_connection);
        ++connections_;
    }
    void add(published_events::token t) { received_.push_back(t); }
    std::size_t connections() const noexcept { return connections_; }

    /// Compares the received events with the published ones. Events at or after `end` do not count. With
    /// guarantee::all the first due event is at `begin`, and with guarantee::order it is the first received one.
    findings compare(const published_events& published, guarantee promise, published_events::position begin,
                     published_events::position end) const;

private:
    static constexpr published_events::token new_connection = UINT32_MAX;

    std::vector<published_events::token> received_;
    std::size_t connections_ = 0;
};

} // namespace resume
