// expect: test its result first, then pass its value, as in .id = *id
#include "everything.hpp"

rill::awaitable<> events(rill::sse::event_stream& stream, std::string last)
{
    const auto id = rill::sse::event_id::parse(last);
#ifdef RILL_FIXED
    if (id) {
        co_await stream.send({.data = "x", .id = *id});
    }
#else
    co_await stream.send({.data = "x", .id = id});
#endif
}
