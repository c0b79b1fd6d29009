#include <rill/client/http.hpp>

#include <boost/asio/this_coro.hpp>
#include <rill/client/url.hpp>
#include <rill/core/detail/context_of.hpp>

#include "client/dial.hpp"
#include "client/received.hpp"
#include "client/redirect.hpp"
#include "client/request_head.hpp"
#include "client/tcp_transport.hpp"

namespace rill::client {

namespace {

using namespace detail;

template <class T>
using outcome = tl::expected<T, failure>;

// The state that all attempts of one send() share.
struct sending
{
    connection_pool& pool;
    const connection_pool::owner& owner;
    request_timeouts timeouts;
};

bool is_idempotent(const request& r) noexcept
{
    return r.method != verb::post && r.method != verb::patch && r.method != verb::connect && !r.stream_body;
}

awaitable<outcome<std::unique_ptr<transport>>> connect(const sending& s, const url& to)
{
    auto known = s.pool.connect(to.host);
    if (!known) {
        co_return tl::unexpected(failure(known.error(), "connect " + to.host + ':' + std::to_string(to.port)));
    }
    if (*known) {
        co_return std::move(*known);
    }
    const dial_times times{.timeout = s.owner->connect_timeout};
    auto socket = co_await dial(to.host, to.port, times);
    if (!socket) {
        co_return tl::unexpected(std::move(socket.error()));
    }
    co_return std::make_unique<tcp_transport>(std::move(*socket));
}

// Sends the request on this connection and reads the head of the response. A server may respond before it has read the
// whole body. This response is valid, even if the client cannot write the rest.
awaitable<result<void>> exchange_heads(exchange& e, const request& r, const url& to)
{
    const auto head = request_head(r, to);
    const auto sent = co_await e.send(head, r);
    if (!sent && sent.error() != asio::error::broken_pipe && sent.error() != asio::error::connection_reset) {
        co_return tl::unexpected(sent.error());
    }
    auto read = co_await e.read_head(r.method == verb::head);
    if (!read && !sent) {
        co_return tl::unexpected(sent.error());
    }
    co_return read;
}

// Waits until the limit allows another connection to the origin.
awaitable<outcome<connection_slots::lease>> acquire(const sending& s, const url& to)
{
    connection_slots::key key(s.owner.get(), to.origin());
    const auto max = s.owner->max_connections_per_origin;
    auto slot = co_await s.pool.slots().acquire(std::move(key), max, s.owner->connect_timeout);
    if (!slot) {
        co_return tl::unexpected(failure(slot.error(), "wait for a connection to " + to.origin()));
    }
    co_return std::move(*slot);
}

// Sends one request without redirects.
awaitable<outcome<std::unique_ptr<exchange>>> attempt(const sending& s, const request& r, const url& to)
{
    auto connection = s.pool.take(s.owner, to.origin());
    for (;;) {
        const bool reused = connection != nullptr;
        if (!reused) {
            auto fresh = co_await connect(s, to);
            if (!fresh) {
                co_return tl::unexpected(std::move(fresh.error()));
            }
            connection = std::move(*fresh);
        }
        auto e =
            std::make_unique<exchange>(std::move(connection), s.pool.timers(), s.timeouts, s.owner->max_head_bytes);
        const auto done = co_await exchange_heads(*e, r, to);
        if (done) {
            co_return e;
        }
        const bool again = reused && !e->has_received() && is_idempotent(r) && done.error() != asio::error::timed_out;
        if (!again) {
            co_return tl::unexpected(failure(done.error(), "request " + to.text()));
        }
        connection = nullptr;
    }
}

// The URL of a request after its permanent redirects.
class permanent_url
{
public:
    explicit permanent_url(const url& first) : text_(first.text()) {}

    /// Call it for each redirect, in their order.
    void follow(unsigned status, bool same_method, const url& to)
    {
        permanent_ = permanent_ && (status == 301 || status == 308) && same_method;
        text_ = permanent_ ? to.text() : text_;
    }
    const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
    bool permanent_ = true;
};

std::shared_ptr<received> make_received(const sending& s, const url& from, const permanent_url& permanent,
                                        connection_slots::lease slot, std::unique_ptr<exchange> e)
{
    auto state = std::make_shared<received>(received{s.pool, s.owner, from.origin(), from.text(), permanent.text()});
    state->slot = std::move(slot);
    state->status = e->head().result_int();
    for (const auto& field : e->head()) {
        static_cast<void>(state->headers.add(field.name_string(), field.value())); // ignores invalid fields
    }
    state->body = std::move(e);
    state->finish();
    return state;
}

// An awaitable starts when it is awaited. The client may be destroyed before. Therefore this is not a member function.
awaitable<outcome<response>> send_request(connection_pool::owner owner, request r, request_timeouts timeouts)
{
    const auto ex = co_await asio::this_coro::executor;
    auto* context = rill::detail::find_context(ex);
    if (context == nullptr) {
        co_return tl::unexpected(failure(make_error_code(error::foreign_executor), "request " + r.url));
    }
    const sending s{connection_pool::of(*context), owner, timeouts};
    auto to = parse_url(r.url);
    permanent_url permanent(to.value_or(url()));
    for (unsigned redirects = 0; to; ++redirects) {
        auto slot = co_await acquire(s, *to);
        if (!slot) {
            co_return tl::unexpected(std::move(slot.error()));
        }
        auto answer = co_await attempt(s, r, *to);
        if (!answer) {
            co_return tl::unexpected(std::move(answer.error()));
        }
        auto state = make_received(s, *to, permanent, std::move(*slot), std::move(*answer));
        const auto location = state->headers.get("Location");
        if (owner->max_redirects == 0 || !location || !is_redirect(state->status)) {
            co_return response(std::move(state));
        }
        if (redirects == owner->max_redirects) {
            co_return tl::unexpected(failure(make_error_code(errc::too_many_redirects), "request " + r.url));
        }
        const auto method = r.method;
        to = follow_redirect(r, *to, state->status, *location);
        if (to) {
            permanent.follow(state->status, r.method == method, *to);
        }
    }
    co_return tl::unexpected(failure(to.error(), "request " + r.url));
}

awaitable<outcome<response>> failed(failure f)
{
    co_return tl::unexpected(std::move(f));
}

} // namespace

http::http(http_options options) : options_(std::make_shared<const http_options>(options)) {}

awaitable<tl::expected<response, failure>> http::send(request r, request_timeouts timeouts) const
{
    return send_request(options_, std::move(r), timeouts);
}

awaitable<tl::expected<response, failure>> http::send(request r) const
{
    return send(std::move(r), {.response = options_->response_timeout, .idle = options_->idle_timeout});
}

awaitable<tl::expected<response, failure>> http::get(std::string url) const
{
    return send(request(std::move(url)));
}

awaitable<tl::expected<response, failure>> http::post(std::string url, std::string body, std::string content_type) const
{
    request r(std::move(url), verb::post, std::move(body));
    const auto set = r.headers.set("Content-Type", content_type);
    if (!set) {
        return failed(failure(set.error(), "Content-Type of " + r.url));
    }
    return send(std::move(r));
}

} // namespace rill::client
