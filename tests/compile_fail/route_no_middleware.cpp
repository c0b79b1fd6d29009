// expect: the arguments after the handler of a route must be middleware
#include "everything.hpp"

#ifdef RILL_FIXED
rill::awaitable<rill::response> check(rill::request& r, const rill::handler& next)
#else
rill::awaitable<rill::response> check(rill::request& r, rill::handler& next)
#endif
{
    return next(r);
}

void routes(rill::router& app)
{
    app.get(
        "/version", [] { return "1.0"; }, check);
}
