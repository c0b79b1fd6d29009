#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <rill/core/interval.hpp>
#include <rill/http/make_handler.hpp>
#include <rill/routing/middleware.hpp>

#include "run.hpp"

// Helpers for tests of middleware. They make requests, and call a middleware around a handler.
namespace rill_test {

using fields = std::vector<std::pair<std::string, std::string>>;

inline const rill::handler plain = rill::make_handler([] { return "body"; });

inline rill::request with(const fields& headers, rill::verb method = rill::verb::get, std::string target = "/")
{
    rill::request req(method, std::move(target));
    for (const auto& [name, value] : headers) {
        BOOST_REQUIRE(req.fields().add(name, value).has_value());
    }
    return req;
}

inline rill::response through(const rill::middleware_function& around, rill::request req,
                              const rill::handler& next = plain)
{
    return run(around(req, next));
}

/// A coroutine on a worker with a manual clock. It can be cancelled.
struct manual_run
{
    explicit manual_run(rill::awaitable<rill::response> body)
    {
        rill::timer_service::of(context).use_manual_clock();
        boost::asio::co_spawn(
            context.get_executor(), std::move(body),
            boost::asio::bind_cancellation_slot(signal.slot(), [this](std::exception_ptr e, rill::response r) {
                done = true;
                error = e;
                result = std::move(r);
            }));
        settle();
    }

    void settle()
    {
        context.restart();
        context.poll();
    }
    void advance(std::chrono::milliseconds by)
    {
        rill::timer_service::of(context).advance(by);
        settle();
    }
    void cancel()
    {
        signal.emit(boost::asio::cancellation_type::terminal);
        settle();
    }
    bool aborted() const
    {
        try {
            if (error) {
                std::rethrow_exception(error);
            }
        } catch (const boost::system::system_error& e) {
            return e.code() == boost::asio::error::operation_aborted;
        }
        return false;
    }

    boost::asio::io_context context;
    boost::asio::cancellation_signal signal;
    bool done = false;
    std::exception_ptr error;
    rill::response result;
};

} // namespace rill_test
