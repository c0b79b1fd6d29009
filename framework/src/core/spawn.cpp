#include <rill/core/detail/spawn.hpp>

#include <boost/version.hpp>
#include <utility>

#if !defined(RILL_PUBLIC_CO_SPAWN) && (BOOST_VERSION < 108100 || BOOST_VERSION > 108800)
#define RILL_PUBLIC_CO_SPAWN // Asio's internals were not looked at in this version: stay with its public interface
#endif

#if defined(RILL_PUBLIC_CO_SPAWN)
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#endif

namespace rill::detail {

#if defined(RILL_PUBLIC_CO_SPAWN)

void spawn(asio::io_context& context, awaitable<> body, asio::cancellation_slot slot, spawn_done done, void* done_context)
{
    asio::co_spawn(context.get_executor(), std::move(body),
                   asio::bind_cancellation_slot(slot, [done, done_context](std::exception_ptr e) { done(done_context, e); }));
}

#else

namespace {

using entry_point = asio::awaitable<asio::detail::awaitable_thread_entry_point, executor>;

entry_point run(awaitable<> body, spawn_done done, void* done_context)
{
    std::exception_ptr error;
    try {
        co_await std::move(body);
    } catch (...) {
        error = std::current_exception();
    }
    done(done_context, std::move(error));
}

} // namespace

void spawn(asio::io_context& context, awaitable<> body, asio::cancellation_slot slot, spawn_done done, void* done_context)
{
    asio::detail::awaitable_thread<executor>(run(std::move(body), done, done_context), context.get_executor(), slot,
                                             asio::cancellation_state(slot))
        .launch();
}

#endif

} // namespace rill::detail
