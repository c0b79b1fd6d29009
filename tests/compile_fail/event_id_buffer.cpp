// expect: for .id use event_id::parse(text)
#include "everything.hpp"

bool publish(rill::pubsub::channel& news)
{
    char id[] = "7";
#ifdef RILL_FIXED
    const auto parsed = rill::sse::event_id::parse(id);
    return parsed && news.publish({.data = "x", .id = *parsed});
#else
    return news.publish({.data = "x", .id = id}).has_value();
#endif
}
