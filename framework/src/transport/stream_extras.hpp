#pragma once

#include <cstddef>
#include <rill/core/timer_service.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rill::transport {

class connection;

/// The tags and deadlines of a worker's streams. The key is the number of the socket. Most streams have no tag and no
/// deadline. Therefore this table needs less memory than members in each connection. Belongs to the worker's thread.
class stream_extras
{
public:
    explicit stream_extras(timer_service& timers) noexcept : timers_(timers) {}
    stream_extras(const stream_extras&) = delete;
    stream_extras& operator=(const stream_extras&) = delete;
    ~stream_extras();

    /// Sets the tag of a stream. May throw bad_alloc. The table is then unchanged.
    void set_tag(int socket, std::string tag);
    /// The tag of a stream. Empty if the stream has none. The view is valid until the tag is changed or removed.
    std::string_view tag(int socket) const noexcept;

    /// Ends the stream of `c` with close_reason::expired at `when`, a time of the worker's clock. May throw bad_alloc.
    /// The table is then unchanged.
    void set_deadline(int socket, connection& c, timer_service::clock::time_point when);

    /// Removes the tag and the deadline of the stream, if there are any.
    void remove(int socket) noexcept;

    /// Number of streams that have a tag or a deadline.
    std::size_t size() const noexcept { return entries_.size(); }

private:
    // The base class is the timer of the deadline. It is not linked if there is no deadline.
    struct entry : timer_node
    {
        connection* owner = nullptr;
        std::string tag;
    };

    timer_service& timers_;
    std::unordered_map<int, entry> entries_; // it does not move its entries
};

} // namespace rill::transport
