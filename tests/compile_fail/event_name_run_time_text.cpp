// expect: for .name use event_name::parse(text)
#include "everything.hpp"

rill::awaitable<> events(rill::sse::event_stream& stream, std::string_view kind)
{
#ifdef RILL_FIXED
    if (const auto name = rill::sse::event_name::parse(kind)) {
        co_await stream.send({.data = "x", .name = *name});
    }
#else
    co_await stream.send({.data = "x", .name = kind});
#endif
}
