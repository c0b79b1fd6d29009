// expect: array used as initializer
// only: g++ 12
#include "everything.hpp"

// This is a bug of the compiler and not a mistake of the user, see docs/reference/compiler-traps.md.
rill::awaitable<> events(rill::sse::event_stream& stream)
{
#ifdef RILL_FIXED
    const boost::json::object tea{{"item", "tea"}, {"count", 2}};
    co_await stream.send({.data = rill::to_json(tea)});
#else
    co_await stream.send({.data = rill::to_json(boost::json::object{{"item", "tea"}, {"count", 2}})});
#endif
}
