#include <rill/client/response.hpp>

#include <rill/client/error.hpp>

#include "client/only_one.hpp"
#include "client/received.hpp"

namespace rill::client {

namespace {

// An awaitable starts when it is awaited. The response may be moved or destroyed before. Therefore the two coroutines
// are not member functions.
awaitable<tl::expected<std::string_view, failure>> read_piece(std::shared_ptr<detail::received> state)
{
    const detail::only_one guard(state->is_reading, "response::read(): another read of this response is pending");
    if (!state->body) {
        co_return std::string_view();
    }
    const auto piece = co_await state->body->read_some();
    if (!piece) {
        co_return tl::unexpected(failure(piece.error(), "read " + state->url));
    }
    if (piece->empty()) {
        state->finish();
    }
    co_return *piece;
}

awaitable<tl::expected<std::string, failure>> read_rest(std::shared_ptr<detail::received> state, std::size_t max_bytes)
{
    std::string all;
    for (;;) {
        const auto piece = co_await read_piece(state);
        if (!piece) {
            co_return tl::unexpected(piece.error());
        }
        if (piece->empty()) {
            co_return all;
        }
        if (piece->size() > max_bytes - all.size()) {
            state->close(); // nobody can read the rest
            co_return tl::unexpected(failure(make_error_code(errc::body_too_large), "read " + state->url));
        }
        all.append(*piece);
    }
}

} // namespace

response::response(std::shared_ptr<detail::received> state) noexcept : state_(std::move(state)) {}
response::response(response&&) noexcept = default;
response& response::operator=(response&&) noexcept = default;
response::~response() = default;

unsigned response::status() const noexcept
{
    return state_->status;
}

const rill::headers& response::headers() const noexcept
{
    return state_->headers;
}

const std::string& response::url() const noexcept
{
    return state_->url;
}

const std::string& response::permanent_url() const noexcept
{
    return state_->permanent_url;
}

awaitable<tl::expected<std::string_view, failure>> response::read()
{
    return read_piece(state_);
}

awaitable<tl::expected<std::string, failure>> response::read_all(std::size_t max_bytes)
{
    return read_rest(state_, max_bytes);
}

} // namespace rill::client
