#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <rill/core/error.hpp>
#include <string>
#include <string_view>

namespace rill::transport {

class reactor;

/// A stream socket that the kernel does not implement, for example the in-memory transport of rill::testing. Its
/// descriptor has a tag bit. stream_socket and reactor accept it like a descriptor of the kernel. The functions have
/// the contracts of stream_socket.
///
/// A virtual socket belongs to the thread that called open(), which is the thread of its worker. Only this thread can
/// find the virtual socket by its descriptor.
class virtual_socket
{
public:
    virtual_socket(const virtual_socket&) = delete;
    virtual_socket& operator=(const virtual_socket&) = delete;

    /// Whether this is the descriptor of a virtual socket.
    static bool names(int descriptor) noexcept { return descriptor >= tag; }
    /// Returns the descriptor without the tag. The result is a small number that can be an index of a table.
    static int number_of(int descriptor) noexcept { return descriptor & ~tag; }
    /// The open virtual socket with this descriptor.
    static virtual_socket& at(int descriptor) noexcept;

    /// Assigns a descriptor to the socket until release(). May throw bad_alloc.
    /// @param first the smallest number that may be used. All numbers of a worker must differ.
    int open(int first = 0);
    /// Releases the descriptor. Does nothing if the socket has none.
    void release() noexcept;

    /// The number of the descriptor, or -1 if the socket has none.
    int number() const noexcept { return number_; }

    /// Writes the first bytes of the pieces, in their order. Returns the number of written bytes. 0: the buffer is
    /// full.
    virtual result<std::size_t> write_some(std::initializer_list<std::string_view> pieces) noexcept = 0;
    virtual result<std::size_t> read_some(char* into, std::size_t size) noexcept = 0;
    virtual std::size_t unread_bytes() noexcept = 0;
    virtual std::size_t unacknowledged_bytes() noexcept = 0;
    virtual void set_tcp_user_timeout(std::chrono::milliseconds limit) noexcept = 0;
    virtual void limit_unsent(std::size_t bytes) noexcept = 0;
    virtual void finish_sending() noexcept = 0;
    virtual void reset_on_close() noexcept = 0;
    /// The connection does not use its socket after this call.
    virtual void close() noexcept = 0;
    virtual std::string peer_address() = 0;

    /// Reports to `target` with reactor::report() until unwatch(). The reports are edge-triggered, and the first one
    /// contains the current state. The socket never reports inside a call of a function of this class.
    virtual error_code watch(reactor& to, void* target) = 0;
    virtual void unwatch() noexcept = 0;

protected:
    virtual_socket() = default;
    virtual ~virtual_socket() { release(); }

private:
    static constexpr int tag = 1 << 30;

    int number_ = -1;
};

} // namespace rill::transport
