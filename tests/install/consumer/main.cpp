#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdio>
#include <rill/core/interval.hpp>

using namespace std::chrono_literals;

namespace {

rill::awaitable<> two_ticks(int& ticks)
{
    rill::interval every{1ms};
    co_await every.tick();
    ++ticks;
    co_await every.tick();
    ++ticks;
}

} // namespace

int main()
{
    boost::asio::io_context context{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    int ticks = 0;
    boost::asio::co_spawn(context, two_ticks(ticks), [](std::exception_ptr error) {
        if (error) {
            std::rethrow_exception(error);
        }
    });
    context.run();
    std::printf("ticks: %d\n", ticks);
    return ticks == 2 ? 0 : 1;
}
