#include "upstream/exchange.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <utility>

namespace upstream {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

struct exchange::connection
{
    explicit connection(const asio::any_io_executor& worker) : stream(worker)
    {
        parser.body_limit(boost::none); // no limit, because the body is read piece by piece
    }

    rill::awaitable<> open(address where)
    {
        asio::ip::tcp::resolver resolver(stream.get_executor());
        const auto found = co_await resolver.async_resolve(where.host, where.port, asio::use_awaitable);
        co_await stream.async_connect(found, asio::use_awaitable);
    }

    rill::awaitable<> ask(std::string authority, inquiry what)
    {
        http::request<http::empty_body> request(http::verb::get, what.target, 11);
        request.set(http::field::host, authority);
        request.set(http::field::connection, "close");
        if (!what.last_event_id.empty()) {
            request.set("Last-Event-ID", what.last_event_id);
        }
        co_await http::async_write(stream, request, asio::use_awaitable);
        co_await http::async_read_header(stream, buffer, parser, asio::use_awaitable);
    }

    beast::tcp_stream stream;
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
};

exchange::exchange(std::unique_ptr<connection> made) : connection_(std::move(made)) {}

exchange::~exchange() = default;

rill::problem problem_of(const rill::error_code& ec)
{
    rill::problem result;
    result.status = rill::status::bad_gateway;
    result.detail = "the upstream server can't be reached";
    if (ec == beast::error::timeout) {
        result.status = rill::status::gateway_timeout;
        result.detail = "the upstream server took too long";
    }
    return result;
}

rill::awaitable<tl::expected<std::unique_ptr<exchange>, rill::problem>> exchange::begin(address where, inquiry what)
{
    auto made = std::make_unique<connection>(co_await asio::this_coro::executor);
    made->stream.expires_after(what.deadline);
    try {
        co_await made->open(where);
        co_await made->ask(where.authority(), std::move(what));
    } catch (const boost::system::system_error& e) {
        if (e.code() == asio::error::operation_aborted) {
            throw; // the handler is cancelled, for example because the client has disconnected
        }
        co_return tl::unexpected(problem_of(e.code()));
    }
    const auto status = made->parser.get().result();
    if (status != http::status::ok) {
        rill::problem refused;
        refused.status = status == http::status::not_found ? rill::status::not_found : rill::status::bad_gateway;
        refused.detail = "the upstream server answered " + std::to_string(static_cast<unsigned>(status));
        co_return tl::unexpected(std::move(refused));
    }
    co_return std::unique_ptr<exchange>(new exchange(std::move(made)));
}

std::string_view exchange::content_type() const
{
    const auto value = connection_->parser.get()[http::field::content_type];
    return {value.data(), value.size()};
}

rill::awaitable<std::string> exchange::next(std::chrono::milliseconds patience)
{
    auto& c = *connection_;
    auto& body = c.parser.get().body();
    while (body.empty() && !c.parser.is_done()) {
        c.stream.expires_after(patience);
        // async_read() would complete with the whole body. An event would then wait for the following events.
        co_await http::async_read_some(c.stream, c.buffer, c.parser, asio::use_awaitable);
    }
    co_return std::exchange(body, {});
}

} // namespace upstream
