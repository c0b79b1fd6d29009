// expect: event_id_does_not_fit_a_header
// expect clang: call to consteval function 'rill::sse::event_id::event_id
#include "everything.hpp"

bool publish(rill::pubsub::channel& news)
{
#ifdef RILL_FIXED
    return news.publish({.data = "x", .id = "a"}).has_value();
#else
    return news.publish({.data = "x", .id = " a"}).has_value();
#endif
}
