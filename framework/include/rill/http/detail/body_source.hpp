#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/error.hpp>
#include <rill/http/body_chunk.hpp>
#include <string_view>
#include <utility>

namespace rill {
class request;
}

namespace rill::detail {

/// The result of a read().
struct body_outcome
{
    error_code ec;
    body_chunk chunk;
};

/// One pending completion handler `void(error_code, body_chunk)`, or none. See also detail::waiter.
class chunk_waiter
{
public:
    chunk_waiter() = default;
    chunk_waiter(const chunk_waiter&) = delete;
    chunk_waiter& operator=(const chunk_waiter&) = delete;
    ~chunk_waiter() { reset(); }

    explicit operator bool() const noexcept { return take_ != nullptr; }

    template <class Handler>
    void emplace(Handler handler)
    {
        storage_.put(std::move(handler));
        take_ = [](handler_storage& storage, const body_outcome* o) {
            storage.consume<Handler>([o](Handler& waiting) {
                if (o != nullptr) { // a later cancellation must not reach the completed read
                    auto slot = boost::asio::get_associated_cancellation_slot(waiting);
                    if (slot.is_connected()) {
                        slot.clear();
                    }
                    waiting(o->ec, o->chunk);
                }
            });
        };
    }

    void complete(const body_outcome& o) { std::exchange(take_, nullptr)(storage_, &o); }

    /// Destroys the handler without calling it.
    void reset()
    {
        if (take_ != nullptr) {
            std::exchange(take_, nullptr)(storage_, nullptr);
        }
    }

private:
    handler_storage storage_;
    void (*take_)(handler_storage&, const body_outcome*) = nullptr;
};

/// The interface between a body_reader and the connection that receives the body.
class body_source : public std::enable_shared_from_this<body_source>
{
public:
    body_source(const body_source&) = delete;
    body_source& operator=(const body_source&) = delete;
    virtual ~body_source() = default;

    std::uint64_t limit = UINT64_MAX;       ///< maximum size of the body, in bytes
    std::uint64_t whole_limit = UINT64_MAX; ///< the same for read_whole_body()
    std::optional<std::uint64_t> announced; ///< the Content-Length, in bytes

    /// See body_reader::read().
    template <class Handler>
    void read(Handler handler)
    {
        if (reader_) { // a read is already pending
            handler(error_code(boost::asio::error::in_progress), body_chunk());
            return;
        }
        is_found_ = is_found_ || advance({});
        auto* const context = can_wait() ? nullptr : context_of_handler(handler);
        if (is_found_ && (nested_reads < reads_before_yield || (!can_wait() && context == nullptr))) {
            is_found_ = false;
            const auto result = outcome_;
            const nesting guard;
            handler(result.ec, result.chunk);
            return;
        }
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            slot.assign([self = shared_from_this()](boost::asio::cancellation_type type) { self->cancel(type); });
        }
        reader_.emplace(std::move(handler));
        if (context != nullptr) {
            defer_resume(*context);
        } else {
            begin_wait(waiting_read(*this), is_found_);
        }
    }

protected:
    body_source() = default;

    /// A read() that waits. The connection holds this object. Its call operator continues the read(), which calls
    /// advance() again. If the object is destroyed without a call, it destroys the handler of the read().
    class waiting_read
    {
    public:
        explicit waiting_read(body_source& source) noexcept : source_(&source) {}
        waiting_read(waiting_read&& other) noexcept : source_(std::exchange(other.source_, nullptr)) {}
        waiting_read& operator=(waiting_read&&) = delete;
        ~waiting_read()
        {
            if (source_ != nullptr) {
                source_->drop_reader();
            }
        }

        void operator()(error_code woken) { std::exchange(source_, nullptr)->resume(woken); }

    private:
        body_source* source_; // the holder of this object owns the source
    };

    /// Determines the result of a read() and passes it to found(). `woken` is the error of the wait before this call.
    /// Returns false if the read() must wait.
    virtual bool advance(error_code woken) = 0;

    /// Whether a read() can wait for more bytes. False if the whole body has already arrived.
    virtual bool can_wait() const noexcept = 0;

    /// Stores `read`, and calls it when there is input. If `at_once` is true, calls it from the event loop, after the
    /// handlers that are ready now.
    virtual void begin_wait(waiting_read read, bool at_once) = 0;

    /// Completes the pending read from the event loop with operation_aborted.
    virtual void abort_wait() = 0;

    /// Destroys the pending read at once, without calling its handler.
    virtual void drop_wait() = 0;

    /// Sets the result of the read(). The bytes must be valid until the next advance(). Returns true.
    bool found(error_code ec, std::string_view bytes = {}) noexcept
    {
        outcome_ = {ec, body_chunk(bytes)};
        return true;
    }

private:
    // A read that completes in its own initiation nests one stack frame. After this number of nested reads, a read
    // yields to the event loop. This also prevents a fast client from blocking other clients.
    static constexpr int reads_before_yield = 16;
    static inline constinit thread_local int nested_reads = 0;
    struct nesting
    {
        nesting() noexcept { ++nested_reads; }
        nesting(const nesting&) = delete;
        nesting& operator=(const nesting&) = delete;
        ~nesting() { --nested_reads; }
    };

    void resume(error_code woken);
    void defer_resume(boost::asio::io_context& context);
    void cancel(boost::asio::cancellation_type type);
    void drop_reader();

    chunk_waiter reader_;
    body_outcome outcome_;
    bool is_found_ = false; // outcome_ has not been returned yet
};

/// Reads the body into request::body(), for a handler without a body_reader. Throws the errors of body_reader::read().
awaitable<> read_whole_body(request& r);

/// Returns the source of a request's body. If the body has already arrived, the source returns this body. Otherwise it
/// is the source of the connection.
std::shared_ptr<body_source> source_of(request& r);

/// Whether this is an error of a body_reader that the client has caused.
bool is_body_error(const error_code& ec) noexcept;

} // namespace rill::detail
