// expect: destroys the captures of a temporary lambda twice
// only: g++ 12
#include "everything.hpp"

rill::awaitable<> watch(rill::sse::event_stream& stream, std::string name)
{
#ifdef RILL_FIXED
    const auto body = [&stream, name](rill::task_group&) -> rill::awaitable<> { co_await stream.send(name); };
    co_await rill::with_task_group(body);
#else
    co_await rill::with_task_group(
        [&stream, name](rill::task_group&) -> rill::awaitable<> { co_await stream.send(name); });
#endif
}
