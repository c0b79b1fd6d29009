// expect: test its result first, then pass its value, as in .name = *name
#include "everything.hpp"

rill::awaitable<> events(rill::sse::event_stream& stream, std::string kind)
{
    const auto name = rill::sse::event_name::parse(kind);
#ifdef RILL_FIXED
    if (name) {
        co_await stream.send({.data = "x", .name = *name});
    }
#else
    co_await stream.send({.data = "x", .name = name});
#endif
}
