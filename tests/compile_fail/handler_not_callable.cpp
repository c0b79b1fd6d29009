// expect: a handler must be a function, a lambda or a function object
#include "everything.hpp"

void routes(rill::router& app)
{
#ifdef RILL_FIXED
    app.get("/version", [] { return "1.0"; });
#else
    app.get("/version", "1.0");
#endif
}
