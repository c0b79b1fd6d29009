#include "robustness/resume/coroutine_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

namespace resume {

namespace asio = boost::asio;

namespace {

std::string reason_of(std::exception_ptr error)
{
    try {
        std::rethrow_exception(std::move(error));
    } catch (const boost::system::system_error& e) {
        return e.code() == asio::error::operation_aborted ? "" : e.what();
    } catch (const std::exception& e) {
        return e.what();
    }
}

} // namespace

void coroutine_group::start(rill::awaitable<> coroutine, asio::cancellation_signal& cancel)
{
    ++running_;
    asio::co_spawn(
        context_, std::move(coroutine),
        asio::bind_cancellation_slot(cancel.slot(), [this](std::exception_ptr error) { on_end(std::move(error)); }));
}

void coroutine_group::on_end(std::exception_ptr error)
{
    if (error && failure_.empty()) {
        failure_ = reason_of(std::move(error));
    }
    if (--running_ == 0) { // timers of the event loop may still be set
        context_.stop();
    }
}

} // namespace resume
