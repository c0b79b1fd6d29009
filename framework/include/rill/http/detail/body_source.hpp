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
#include <rill/http/body_piece.hpp>
#include <string_view>
#include <utility>

namespace rill {
class request;
}

namespace rill::detail {

/// What a read() gives.
struct body_outcome
{
    error_code ec;
    body_piece piece;
};

/// A handler `void(error_code, body_piece)` that waits, its type erased, as detail::waiter.
class piece_waiter
{
public:
    piece_waiter() = default;
    piece_waiter(const piece_waiter&) = delete;
    piece_waiter& operator=(const piece_waiter&) = delete;
    ~piece_waiter() { reset(); }

    explicit operator bool() const noexcept { return take_ != nullptr; }

    template <class Handler>
    void emplace(Handler handler)
    {
        storage_.put(std::move(handler));
        take_ = [](handler_storage& storage, const body_outcome* o) {
            storage.consume<Handler>([o](Handler& waiting) {
                if (o != nullptr) { // a read that is over must not be found by a cancellation any more
                    auto slot = boost::asio::get_associated_cancellation_slot(waiting);
                    if (slot.is_connected()) {
                        slot.clear();
                    }
                    waiting(o->ec, o->piece);
                }
            });
        };
    }

    void complete(const body_outcome& o) { std::exchange(take_, nullptr)(storage_, &o); }

    /// Drops the handler without calling it.
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

/// The seam between a body_reader and the connection that the body comes from.
class body_source : public std::enable_shared_from_this<body_source>
{
public:
    body_source(const body_source&) = delete;
    body_source& operator=(const body_source&) = delete;
    virtual ~body_source() = default;

    std::uint64_t limit = UINT64_MAX;       ///< of the body, in bytes
    std::uint64_t whole_limit = UINT64_MAX; ///< the same where it is put together, see read_whole_body()
    std::optional<std::uint64_t> announced; ///< bytes

    /// See body_reader::read().
    template <class Handler>
    void read(Handler handler)
    {
        if (reader_) { // two at once
            handler(error_code(boost::asio::error::in_progress), body_piece());
            return;
        }
        is_found_ = is_found_ || advance({});
        auto* const context = can_wait() ? nullptr : context_of_handler(handler);
        if (is_found_ && (nested_reads < reads_before_yield || (!can_wait() && context == nullptr))) {
            is_found_ = false;
            const auto result = outcome_;
            const nesting guard;
            handler(result.ec, result.piece);
            return;
        }
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            slot.assign([self = shared_from_this()](boost::asio::cancellation_type type) { self->cancel(type); });
        }
        reader_.emplace(std::move(handler));
        if (context != nullptr) {
            go_on_later(*context);
        } else {
            begin_wait(waiting_read(*this), is_found_);
        }
    }

protected:
    body_source() = default;

    /// What a connection holds while a read() waits: called when advance() is to be called again. Dropped without a
    /// call, it drops the handler of the read().
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

        void operator()(error_code woken) { std::exchange(source_, nullptr)->go_on(woken); }

    private:
        body_source* source_; // owned by who holds this
    };

    /// Looks for the outcome of a read(), and gives it to found(). `woken` is what a wait for it has ended with. False:
    /// it has to be waited for.
    virtual bool advance(error_code woken) = 0;

    /// Whether there is a connection that a read() can wait for.
    virtual bool can_wait() const noexcept = 0;

    /// Keeps `read` until there is input. `at_once`: calls it from the event loop, after what is ready there now.
    virtual void begin_wait(waiting_read read, bool at_once) = 0;

    /// Completes it from the event loop with operation_aborted.
    virtual void abort_wait() = 0;

    /// Drops it at once, without a call.
    virtual void drop_wait() = 0;

    /// The bytes must stay valid until the next advance(). Returns true.
    bool found(error_code ec, std::string_view bytes = {}) noexcept
    {
        outcome_ = {ec, body_piece(bytes)};
        return true;
    }

private:
    // A read that completes in its own initiation nests one stack frame: after so many the event loop gets its turn,
    // which also keeps a fast client from starving the others.
    static constexpr int reads_before_yield = 16;
    static inline constinit thread_local int nested_reads = 0;
    struct nesting
    {
        nesting() noexcept { ++nested_reads; }
        nesting(const nesting&) = delete;
        nesting& operator=(const nesting&) = delete;
        ~nesting() { --nested_reads; }
    };

    void go_on(error_code woken);
    void go_on_later(boost::asio::io_context& context);
    void cancel(boost::asio::cancellation_type type);
    void drop_reader();

    piece_waiter reader_;
    body_outcome outcome_;
    bool is_found_ = false; // outcome_ was not given yet
};

/// For a handler that does not read the body itself: reads it into request::body(). Throws what a body_reader's read()
/// throws.
awaitable<> read_whole_body(request& r);

/// The source of a request's body: the connection's, or one made of the body that has come already.
std::shared_ptr<body_source> source_of(request& r);

/// Whether it is one of the errors that a body_reader gives: the client's fault, not the server's.
bool is_body_error(const error_code& ec) noexcept;

} // namespace rill::detail
