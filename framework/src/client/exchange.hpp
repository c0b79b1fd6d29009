#pragma once

#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>
#include <rill/client/options.hpp>
#include <rill/client/request.hpp>
#include <rill/core/timer_service.hpp>
#include <string>
#include <string_view>

#include "client/deadline.hpp"
#include "client/transport.hpp"

namespace rill::client::detail {

/// A body for Beast's parser that refers to the parsed bytes instead of copying them.
struct piece_body
{
    using value_type = std::string_view;

    class reader
    {
    public:
        template <bool IsRequest, class Fields>
        reader(boost::beast::http::header<IsRequest, Fields>&, value_type& piece) : piece_(piece)
        {}
        void init(const boost::optional<std::uint64_t>&, error_code& ec) { ec = {}; }
        template <class Buffers>
        std::size_t put(const Buffers& buffers, error_code& ec)
        {
            const asio::const_buffer bytes = *asio::buffer_sequence_begin(buffers);
            piece_ = {static_cast<const char*>(bytes.data()), bytes.size()};
            ec = {};
            return bytes.size();
        }
        void finish(error_code& ec) { ec = {}; }

    private:
        value_type& piece_;
    };
};

/// One request and its response on a connection. Cancellation throws operation_aborted. If its deadline expires, an
/// operation closes the connection and fails with timed_out.
class exchange final : private body_writer
{
public:
    exchange(std::unique_ptr<transport> connection, timer_service& timers, request_timeouts timeouts,
             std::size_t max_head_bytes);

    /// Writes the head and the body.
    awaitable<result<void>> send(const std::string& head, const request& r);
    /// Reads the head of the final response. Skips interim responses (1xx).
    awaitable<result<void>> read_head(bool without_body);
    /// Reads a piece of the body. Returns an empty piece at the end of the body.
    awaitable<result<std::string_view>> read_some();

    /// The head, after read_head().
    const auto& head() const noexcept { return parser_->get(); }
    /// Whether any byte of a response has arrived.
    bool has_received() const noexcept { return received_; }
    /// Whether the response is complete.
    bool is_done() const { return parser_->is_done(); }
    /// Whether the response is complete and the connection can take another request.
    bool is_reusable() const { return written_ && is_done() && parser_->keep_alive() && unread().empty(); }
    std::unique_ptr<transport> release() noexcept { return std::move(connection_); }

private:
    using response_parser = boost::beast::http::response_parser<piece_body>;

    awaitable<result<void>> write(std::string_view bytes) override;
    awaitable<result<void>> write_all(std::span<const asio::const_buffer> buffers);
    awaitable<result<void>> read_more();
    void start_parser(bool without_body);
    result<bool> parse();
    std::string_view unread() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }
    error_code checked(error_code ec) const;

    std::unique_ptr<transport> connection_;
    timer_service& timers_;
    request_timeouts timeouts_;
    std::size_t max_head_bytes_;
    deadline deadline_{[this] { connection_->close(); }};
    std::optional<response_parser> parser_;
    std::string buffer_; // the unread bytes are at begin_ to end_
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool received_ = false;
    bool written_ = false;
};

} // namespace rill::client::detail
