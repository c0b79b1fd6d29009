#include "tokens/proxy.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <memory>
#include <utility>

namespace tokens {

namespace {

using upstream_response = rill::client::response;

rill::client::request forwarded(const rill::request& r, std::string url)
{
    rill::client::request out(std::move(url), rill::verb::post, std::string(r.body()));
    for (const auto* name : {"Authorization", "Content-Type", "Accept", "OpenAI-Organization", "OpenAI-Project"}) {
        if (const auto value = r.header(name)) {
            static_cast<void>(out.headers.set(name, *value)); // it is valid, because the server has accepted it
        }
    }
    return out;
}

rill::problem problem_of(const rill::failure& f)
{
    rill::problem p;
    p.status = f.code == boost::asio::error::timed_out ? rill::status::gateway_timeout : rill::status::bad_gateway;
    p.detail = "the model can't be reached";
    return p;
}

// A 405 must have the field Allow (RFC 9110, section 15.5.6). The proxy does not know the methods of the API, so it
// cannot add the field. To the proxy, the response is invalid, and this is a 502 (section 15.6.3).
rill::problem no_allow()
{
    rill::problem p;
    p.status = rill::status::bad_gateway;
    p.detail = "the model responded with 405 and without the field Allow";
    return p;
}

// Passes the body on piece by piece. When the client disconnects, rill cancels the coroutine, and `from` closes the
// connection to the API.
auto pass_on(upstream_response response)
{
    return [from = std::make_shared<upstream_response>(std::move(response))](
               rill::response_writer& out) -> rill::awaitable<> {
        for (;;) {
            const auto piece = co_await from->read();
            if (!piece) {
                throw boost::system::system_error(piece.error().code, piece.error().where);
            }
            if (piece->empty()) {
                co_return;
            }
            co_await out.write(*piece); // waits if the client is slower than the model
        }
    };
}

} // namespace

// A model may need minutes before its first token, and between two tokens.
proxy::proxy(std::string base)
    : base_(std::move(base)),
      client_({.response_timeout = std::chrono::minutes(10), .idle_timeout = std::chrono::minutes(5)})
{
    if (base_.ends_with('/')) {
        base_.pop_back();
    }
}

rill::awaitable<tl::expected<rill::response, rill::problem>> proxy::operator()(rill::request& r,
                                                                               rill::path<"call"> call) const
{
    auto answer = co_await client_.send(forwarded(r, base_ + '/' + *call));
    if (!answer) {
        co_return tl::unexpected(problem_of(answer.error()));
    }
    const auto fields = answer->headers();
    const auto status = static_cast<rill::status>(answer->status());
    if (status == rill::status::method_not_allowed && !fields.get("Allow")) {
        co_return tl::unexpected(no_allow());
    }
    auto out = rill::response::stream(pass_on(std::move(*answer)), fields.get("Content-Type").value_or("text/plain"));
    out.set_status(status);
    if (status == rill::status::unauthorized) { // a 401 must have this field, but such APIs do not send it
        out.set_header("WWW-Authenticate", "Bearer");
    }
    for (const auto* name : {"Allow", "Cache-Control", "Retry-After", "WWW-Authenticate", "X-Request-Id"}) {
        if (const auto value = fields.get(name)) {
            out.set_header(name, *value);
        }
    }
    out.set_header("X-Accel-Buffering", "no");
    co_return out;
}

} // namespace tokens
