#include "upstream/app.hpp"

#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <utility>

#include "upstream/exchange.hpp"
#include "upstream/primes.hpp"

namespace upstream {

namespace {

bool is_event_stream(std::string_view content_type)
{
    auto type = content_type.substr(0, content_type.find(';'));
    type = type.substr(0, type.find_last_not_of(" \t") + 1);
    return rill::iequals(type, "text/event-stream");
}

using outcome = tl::expected<rill::response, rill::problem>;

outcome bad_gateway(std::string detail)
{
    rill::problem p;
    p.status = rill::status::bad_gateway;
    p.detail = std::move(detail);
    return tl::unexpected(std::move(p));
}

/// Returns the rest of the body. If the body has more than `most` bytes, returns 502.
rill::awaitable<tl::expected<std::string, rill::problem>> read_all(exchange& from, std::chrono::milliseconds deadline,
                                                                   std::size_t most)
{
    std::string body;
    for (;;) {
        const auto piece = co_await from.next(deadline);
        if (piece.empty()) {
            co_return body;
        }
        body += piece;
        if (body.size() > most) {
            rill::problem too_long;
            too_long.status = rill::status::bad_gateway;
            too_long.detail = "the page of the upstream is too large";
            co_return tl::unexpected(std::move(too_long));
        }
    }
}

struct pages
{
    options how;

    rill::awaitable<outcome> operator()(rill::request& r) const
    {
        inquiry what;
        what.target = r.target().substr(std::string_view("/pages").size());
        what.deadline = how.deadline;
        auto begun = co_await exchange::begin(how.server, std::move(what));
        if (!begun) {
            co_return tl::unexpected(begun.error());
        }
        auto& page = **begun;
        try {
            auto body = co_await read_all(page, how.deadline, how.page_bytes);
            if (!body) {
                co_return tl::unexpected(body.error());
            }
            co_return rill::response(rill::status::ok, std::move(*body), page.content_type());
        } catch (const boost::system::system_error& e) {
            if (e.code() == boost::asio::error::operation_aborted) {
                throw; // the handler is cancelled, for example because the client has disconnected
            }
            co_return tl::unexpected(problem_of(e.code()));
        }
    }
};

struct events
{
    options how;

    rill::awaitable<outcome> operator()(rill::request& r) const
    {
        inquiry what;
        what.target = how.events;
        what.last_event_id = r.header("Last-Event-ID").value_or("");
        what.deadline = how.deadline;
        auto begun = co_await exchange::begin(how.server, std::move(what));
        if (!begun) {
            co_return tl::unexpected(begun.error());
        }
        if (!is_event_stream((*begun)->content_type())) {
            co_return bad_gateway("the response of the upstream is not an event stream");
        }
        const std::shared_ptr<exchange> source = std::move(*begun);
        const auto patience = how.patience;
        auto pass_on = [source, patience](rill::response_writer& out) -> rill::awaitable<> {
            for (;;) {
                const auto piece = co_await source->next(patience);
                if (piece.empty()) {
                    co_return;
                }
                co_await out.write(piece); // suspends while the client is slower than the upstream
            }
        }; // after the client has disconnected, `source` closes the connection, and the upstream stops too
        auto answer = rill::response::stream(std::move(pass_on), "text/event-stream");
        answer.set_header("Cache-Control", "no-cache");
        answer.set_header("X-Accel-Buffering", "no");
        co_return answer;
    }
};

using limit = rill::query<"below", rill::bounded<int, 0, 10'000'000>>;

struct primes
{
    std::shared_ptr<boost::asio::thread_pool> pool;

    rill::awaitable<std::string> operator()(limit below) const
    {
        const int most = below;
        const int count = co_await rill::offload(*pool, [most] { return count_primes(most); });
        co_return std::to_string(count) + "\n";
    }
};

} // namespace

rill::router app(options how)
{
    rill::router app;
    app.get("/primes", primes{std::make_shared<boost::asio::thread_pool>(how.threads)});
    app.get("/events", events{how});
    app.get("/pages/{path...}", pages{std::move(how)});
    return app;
}

} // namespace upstream
