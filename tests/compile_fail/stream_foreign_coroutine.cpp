// expect: a stream handler returns rill::awaitable<>, not the coroutine type of another library
#include "everything.hpp"

#ifndef RILL_FIXED
struct task
{
    struct promise_type
    {
        task get_return_object() { return {}; }
        std::suspend_never initial_suspend() { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void unhandled_exception() {}
        void return_void() {}
    };
};
#endif

#ifdef RILL_FIXED
rill::awaitable<> events(rill::sse::event_stream&)
#else
task events(rill::sse::event_stream&)
#endif
{
    co_return;
}

void routes(rill::router& app)
{
    app.get("/events", rill::sse::endpoint(events));
}
