// expect: a hook returns void, rill::result<void>, rill::awaitable<> or rill::awaitable<rill::result<void>>
#include "everything.hpp"
#include <rill/client.hpp>

rill::client::event_source_options options()
{
    rill::client::event_source_options o;
#ifdef RILL_FIXED
    o.prepare = [](rill::client::request& r) { return r.headers.set("Authorization", "Bearer t"); };
#else
    o.prepare = [](rill::client::request&) { return 1; };
#endif
    return o;
}
