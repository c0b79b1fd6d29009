#pragma once

#include <cstddef>
#include <rill/core/timer_service.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rill::transport {

class connection;

/// The tags and deadlines of a worker's streams, by the number of their socket. Most streams have neither: a member in
/// each connection would cost more memory than this table. Belongs to the worker's thread.
class stream_extras
{
public:
    explicit stream_extras(timer_service& timers) noexcept : timers_(timers) {}
    stream_extras(const stream_extras&) = delete;
    stream_extras& operator=(const stream_extras&) = delete;
    ~stream_extras();

    /// Sets the tag of a stream. May throw bad_alloc, and changes nothing then.
    void set_tag(int socket, std::string tag);
    /// The tag of a stream. Empty if it has none. Valid until it is changed or removed.
    std::string_view tag(int socket) const noexcept;

    /// Ends the stream of `c` with close_reason::expired at `when`, by the worker's clock. May throw bad_alloc, and
    /// changes nothing then.
    void set_deadline(int socket, connection& c, timer_service::clock::time_point when);

    /// Removes what the stream has, if it has something.
    void remove(int socket) noexcept;

    /// Number of streams that have a tag or a deadline.
    std::size_t size() const noexcept { return entries_.size(); }

private:
    // The timer is that of the deadline. It is not linked if there is none.
    struct entry : timer_node
    {
        connection* owner = nullptr;
        std::string tag;
    };

    timer_service& timers_;
    std::unordered_map<int, entry> entries_; // its entries do not move
};

} // namespace rill::transport
