// expect: a handler that is a coroutine returns rill::awaitable<T>
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
rill::awaitable<> clear(rill::request&)
#else
task clear(rill::request&)
#endif
{
    co_return;
}

void routes(rill::router& app)
{
    app.post("/clear", clear);
}
