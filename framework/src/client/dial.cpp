#include "client/dial.hpp"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <rill/client/error.hpp>
#include <rill/core/as_expected.hpp>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/detail/without_slot.hpp>
#include <rill/core/timer_service.hpp>
#include <utility>

#include "client/deadline.hpp"
#include "client/on_cancellation.hpp"

namespace rill::client::detail {

namespace {

using asio::ip::tcp;

// The result of dial(). The frame of the coroutine contains it.
struct dialed
{
    std::optional<tcp::socket> socket{};
    const char* step = "connect";
};

// The state of one dial(). Only the handlers of its operations own it. The coroutine must not own it, because the state
// owns the waiting handler and this handler owns the coroutine. Such a cycle would leak when the event loop is
// destroyed.
class dialing : public std::enable_shared_from_this<dialing>
{
public:
    dialing(asio::io_context& context, dial_times times, dialed& out)
        : context_(context), timers_(timer_service::of(context)), times_(times), out_(out), resolver_(context)
    {}

    template <class Handler>
    void wait(Handler handler)
    {
        on_cancellation(handler, weak_from_this(),
                        [](auto& self) { self.post_completion(asio::error::operation_aborted); });
        waiting_.emplace(rill::detail::without_slot<Handler>{std::move(handler)});
        limit_.arm(timers_, times_.timeout);
    }

    void resolve(const std::string& host, std::uint16_t port)
    {
        out_.step = "resolve";
        resolver_.async_resolve(host, std::to_string(port), tcp::resolver::numeric_service,
                                [self = shared_from_this()](error_code ec, const tcp::resolver::results_type& found) {
                                    if (ec || !self->waiting_) {
                                        self->complete(ec);
                                        return;
                                    }
                                    self->out_.step = "connect";
                                    self->connect(interleave({found.begin(), found.end()}));
                                });
    }

    void connect(endpoints addresses)
    {
        addresses_ = std::move(addresses);
        if (addresses_.empty()) {
            post_completion(asio::error::host_not_found);
        } else {
            connect_next();
        }
    }

private:
    void connect_next()
    {
        const auto& address = addresses_[next_++];
        auto& socket = *attempts_.emplace_back(std::make_unique<tcp::socket>(context_));
        ++open_;
        socket.async_connect(address, [self = shared_from_this(), &socket](error_code ec) {
            --self->open_;
            self->on_attempt(socket, ec);
        });
        if (next_ < addresses_.size()) {
            stagger_.arm(timers_, times_.stagger);
        }
    }

    void on_attempt(tcp::socket& socket, error_code ec)
    {
        if (!waiting_) {
            return;
        }
        if (!ec) {
            error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            out_.socket.emplace(std::move(socket));
            complete({});
        } else if (next_ < addresses_.size()) {
            stagger_.disarm();
            connect_next();
        } else if (open_ == 0) {
            complete(ec);
        }
    }

    // Completes the operation from the event loop.
    void post_completion(error_code ec)
    {
        asio::post(context_, [self = shared_from_this(), ec] { self->complete(ec); });
    }

    void complete(error_code ec)
    {
        if (!waiting_) {
            return;
        }
        stagger_.disarm();
        limit_.disarm();
        resolver_.cancel();
        for (auto& attempt : attempts_) {
            error_code ignored;
            attempt->close(ignored);
        }
        waiting_.complete(ec);
    }

    asio::io_context& context_;
    timer_service& timers_;
    dial_times times_;
    dialed& out_;
    tcp::resolver resolver_;
    endpoints addresses_;
    std::vector<std::unique_ptr<tcp::socket>> attempts_;
    std::size_t next_ = 0;
    std::size_t open_ = 0;
    rill::detail::waiter waiting_;
    deadline stagger_{[this] { connect_next(); }};
    deadline limit_{[this] { post_completion(asio::error::timed_out); }};
};

// Starts an operation with `start(dialing)` and waits for it.
template <class Start>
awaitable<tl::expected<tcp::socket, failure>> run(std::string where, dial_times times, Start start)
{
    dialed out;
    auto initiate = [&](auto&& handler) {
        auto* context = rill::detail::context_of_handler(handler);
        if (context == nullptr) {
            rill::detail::complete_foreign(std::forward<decltype(handler)>(handler));
            return;
        }
        const auto self = std::make_shared<dialing>(*context, times, out);
        self->wait(std::forward<decltype(handler)>(handler));
        start(*self);
    };
    const auto done = co_await asio::async_initiate<const as_expected_t, void(error_code)>(initiate, as_expected);
    if (done) {
        co_return std::move(*out.socket);
    }
    if (done.error() == asio::error::operation_aborted) {
        throw boost::system::system_error(done.error());
    }
    co_return tl::unexpected(failure(done.error(), std::string(out.step) + ' ' + where));
}

} // namespace

endpoints interleave(const endpoints& addresses)
{
    endpoints first;
    endpoints second;
    for (const auto& address : addresses) {
        (address.protocol() == addresses.front().protocol() ? first : second).push_back(address);
    }
    endpoints out;
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        for (const auto* family : {&first, &second}) {
            if (i < family->size()) {
                out.push_back((*family)[i]);
            }
        }
    }
    return out;
}

awaitable<tl::expected<tcp::socket, failure>> dial(endpoints addresses, std::string where, dial_times times)
{
    return run(std::move(where), times, [addresses = std::move(addresses)](dialing& d) { d.connect(addresses); });
}

awaitable<tl::expected<tcp::socket, failure>> dial(std::string host, std::uint16_t port, dial_times times)
{
    error_code no_address;
    const auto address = asio::ip::make_address(host, no_address);
    if (!no_address) {
        auto where = host + ':' + std::to_string(port);
        return dial(endpoints{tcp::endpoint(address, port)}, std::move(where), times);
    }
    auto where = host + ':' + std::to_string(port);
    return run(std::move(where), times, [host = std::move(host), port](dialing& d) { d.resolve(host, port); });
}

} // namespace rill::client::detail
