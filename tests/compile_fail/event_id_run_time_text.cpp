// expect: for .id use event_id::parse(text)
#include "everything.hpp"

rill::awaitable<> events(rill::sse::event_stream& stream, std::string last)
{
#ifdef RILL_FIXED
    if (const auto id = rill::sse::event_id::parse(last)) {
        co_await stream.send({.data = "x", .id = *id});
    }
#else
    co_await stream.send({.data = "x", .id = last});
#endif
}
