#include <rill/client/response.hpp>

#include <rill/client/error.hpp>

#include "client/received.hpp"

namespace rill::client {

response::response(std::unique_ptr<detail::received> state) noexcept : state_(std::move(state)) {}
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

awaitable<tl::expected<std::string_view, failure>> response::read()
{
    if (!state_->body) {
        co_return std::string_view();
    }
    const auto piece = co_await state_->body->read_some();
    if (!piece) {
        co_return tl::unexpected(failure(piece.error(), "read " + state_->url));
    }
    if (piece->empty()) {
        state_->finish();
    }
    co_return *piece;
}

awaitable<tl::expected<std::string, failure>> response::read_all(std::size_t max_bytes)
{
    std::string all;
    for (;;) {
        const auto piece = co_await read();
        if (!piece) {
            co_return tl::unexpected(piece.error());
        }
        if (piece->empty()) {
            co_return all;
        }
        if (piece->size() > max_bytes - all.size()) {
            state_->close(); // nobody can read the rest
            co_return tl::unexpected(failure(make_error_code(errc::body_too_large), "read " + state_->url));
        }
        all.append(*piece);
    }
}

} // namespace rill::client
