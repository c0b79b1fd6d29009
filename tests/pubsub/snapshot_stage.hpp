#pragma once

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <functional>

#include "numeric_stage.hpp"
#include "stage.hpp"

namespace rill_test {

/// Coroutines wait at a gate until the test opens it.
class gate
{
public:
    explicit gate(boost::asio::io_context& context) : timer_(context) { close(); }

    void close()
    {
        open_ = false;
        timer_.expires_at(boost::asio::steady_timer::time_point::max());
    }
    void open()
    {
        open_ = true;
        ++openings_;
        timer_.cancel();
    }
    /// Throws operation_aborted if the coroutine is cancelled.
    rill::awaitable<> pass()
    {
        if (open_) {
            co_return;
        }
        const auto before = openings_;
        boost::system::error_code ec;
        co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
        if (openings_ == before) {
            throw boost::system::system_error(ec);
        }
    }

private:
    boost::asio::steady_timer timer_;
    bool open_ = false;
    int openings_ = 0;
};

/// An application whose snapshot is the event `state` with the number of events that it has published.
struct snapshot_stage
{
    manual_loop loop;
    gate opened{loop.context};
    int published = 0;
    int calls = 0;
    int cancelled = 0;
    std::vector<std::string> failures; ///< the calls of on_snapshot_failed
    rill::error_code failure;          ///< the function fails with this error
    std::function<void(rill::pubsub::snapshot&)> change = [](rill::pubsub::snapshot&) {}; ///< changes a result
    rill::pubsub::snapshot_request last;
    rill::pubsub::channel c;
    rill::handler route;

    explicit snapshot_stage(rill::pubsub::channel_options options = {},
                            std::shared_ptr<rill::pubsub::backplane> plane = nullptr)
        : c(with_snapshot(std::move(options)), plane ? std::move(plane) : counter())
    {
        opened.open();
        route = rill::make_handler(rill::sse::endpoint(c));
    }
    static std::shared_ptr<rill::pubsub::backplane> counter()
    {
        return std::make_shared<rill::pubsub::memory_backplane>(
            rill::pubsub::memory_backplane::settings{.first_id = 1});
    }
    rill::pubsub::channel_options with_snapshot(rill::pubsub::channel_options options)
    {
        options.snapshot = [this](rill::pubsub::snapshot_request r) { return take(std::move(r)); };
        options.on_snapshot_failed = [this](std::string_view what) { failures.emplace_back(what); };
        return options;
    }
    rill::awaitable<rill::result<rill::pubsub::snapshot>> take(rill::pubsub::snapshot_request r)
    {
        ++calls;
        last = std::move(r);
        rill::pubsub::snapshot state;
        const auto data = std::to_string(published);
        state.add({.data = data, .name = "state"});
        const counter_at_exit counted{cancelled};
        co_await opened.pass();
        if (failure) {
            co_return tl::unexpected(failure);
        }
        change(state);
        co_return state;
    }
    void publish(int count = 1)
    {
        for (int i = 0; i < count; ++i) {
            ++published;
            rill_test::publish(c, 1);
        }
    }
    void turns(int count = 5)
    {
        for (int i = 0; i < count; ++i) {
            loop.turn();
        }
    }

private:
    /// Counts the calls that an exception ends.
    struct counter_at_exit
    {
        int& count;
        int before = std::uncaught_exceptions();
        ~counter_at_exit() { count += std::uncaught_exceptions() > before ? 1 : 0; }
    };
};

} // namespace rill_test
