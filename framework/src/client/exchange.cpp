#include "client/exchange.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <charconv>
#include <rill/client/error.hpp>

namespace rill::client::detail {

namespace {

constexpr std::size_t first_buffer_bytes = 4UL * 1024;
constexpr std::size_t max_buffer_bytes = 64UL * 1024;

using parse_error = boost::beast::http::error;

// Starts a deadline and stops it at the end of the scope, also if the operation is cancelled.
class armed
{
public:
    armed(deadline& d, timer_service& timers, std::chrono::milliseconds time) : deadline_(d) { d.arm(timers, time); }
    armed(const armed&) = delete;
    armed& operator=(const armed&) = delete;
    ~armed() { deadline_.disarm(); }

private:
    deadline& deadline_;
};

std::string chunk_head(std::size_t size)
{
    std::array<char, 2 * sizeof size> digits;
    auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
    return std::string(digits.data(), end).append("\r\n");
}

} // namespace

exchange::exchange(std::unique_ptr<transport> connection, timer_service& timers, request_timeouts timeouts,
                   std::size_t max_head_bytes)
    : connection_(std::move(connection)), timers_(timers), timeouts_(timeouts), max_head_bytes_(max_head_bytes),
      buffer_(first_buffer_bytes, '\0')
{}

// Returns the error of an operation. Throws if the operation was cancelled.
error_code exchange::checked(error_code ec) const
{
    if (deadline_.expired()) {
        return asio::error::timed_out;
    }
    if (ec == asio::error::operation_aborted) {
        throw boost::system::system_error(ec);
    }
    return ec;
}

awaitable<result<void>> exchange::write_all(std::span<const asio::const_buffer> buffers)
{
    const armed limit(deadline_, timers_, timeouts_.idle);
    const auto wrote = co_await connection_->write(buffers);
    if (!wrote) {
        co_return tl::unexpected(checked(wrote.error()));
    }
    co_return result<void>();
}

awaitable<result<void>> exchange::write(std::string_view bytes)
{
    if (bytes.empty()) { // an empty chunk would end the body
        co_return result<void>();
    }
    const auto head = chunk_head(bytes.size());
    const std::array<asio::const_buffer, 3> buffers{asio::buffer(head), asio::buffer(bytes), asio::buffer("\r\n", 2)};
    auto wrote = co_await write_all(buffers);
    co_return wrote;
}

awaitable<result<void>> exchange::send(const std::string& head, const request& r)
{
    const auto body = std::string_view(r.stream_body ? std::string_view() : std::string_view(r.body));
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(body)};
    auto wrote = co_await write_all(buffers);
    if (wrote && r.stream_body) {
        wrote = co_await r.stream_body(*this);
        if (wrote) {
            const std::array<asio::const_buffer, 1> last{asio::buffer("0\r\n\r\n", 5)};
            wrote = co_await write_all(last);
        }
    }
    written_ = wrote.has_value();
    co_return wrote;
}

void exchange::start_parser(bool without_body)
{
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(std::min<std::size_t>(max_head_bytes_, UINT32_MAX)));
    parser_->body_limit(boost::none);
    parser_->skip(without_body);
}

// Parses unread bytes. Returns false if more bytes are needed.
result<bool> exchange::parse()
{
    error_code ec;
    const auto bytes = unread();
    const auto used = parser_->put(asio::buffer(bytes), ec);
    begin_ += used;
    if (ec && ec != parse_error::need_more) {
        return tl::unexpected(ec);
    }
    return used != 0;
}

// Reads at least one byte. The end of the connection completes a response whose length is unknown.
awaitable<result<void>> exchange::read_more()
{
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), end_ - begin_, buffer_.begin());
    end_ -= std::exchange(begin_, 0);
    if (end_ == buffer_.size()) {
        if (end_ >= std::max(max_head_bytes_, max_buffer_bytes)) {
            co_return tl::unexpected(make_error_code(parse_error::header_limit));
        }
        buffer_.resize(2 * end_);
    }
    const auto got = co_await connection_->read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_));
    if (got) {
        end_ += *got;
        received_ = true;
        co_return result<void>();
    }
    if (got.error() != asio::error::eof || deadline_.expired()) {
        co_return tl::unexpected(checked(got.error()));
    }
    error_code ec;
    if (parser_->got_some()) { // otherwise no byte of a response has arrived
        parser_->put_eof(ec);
    }
    if (ec || !parser_->is_done()) {
        co_return tl::unexpected(make_error_code(errc::connection_closed));
    }
    co_return result<void>();
}

awaitable<result<void>> exchange::read_head(bool without_body)
{
    const armed limit(deadline_, timers_, timeouts_.response);
    start_parser(without_body);
    for (;;) {
        const auto progress = parse();
        if (!progress) {
            co_return tl::unexpected(progress.error());
        }
        if (parser_->is_header_done()) {
            const auto status = parser_->get().result_int();
            if (status / 100 != 1 || status == 101) {
                break;
            }
            start_parser(without_body);
        } else if (!*progress) {
            const auto read = co_await read_more();
            if (!read) {
                co_return tl::unexpected(read.error());
            }
        }
    }
    co_return result<void>();
}

awaitable<result<std::string_view>> exchange::read_some()
{
    while (!parser_->is_done()) {
        auto& piece = parser_->get().body();
        piece = {};
        const auto progress = parse();
        if (!progress) {
            co_return tl::unexpected(progress.error());
        }
        if (!piece.empty()) {
            co_return piece;
        }
        if (!*progress && !parser_->is_done()) {
            const armed limit(deadline_, timers_, timeouts_.idle);
            const auto read = co_await read_more();
            if (!read) {
                co_return tl::unexpected(read.error());
            }
        }
    }
    co_return std::string_view();
}

} // namespace rill::client::detail
