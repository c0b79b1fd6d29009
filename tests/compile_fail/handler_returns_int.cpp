// expect: a handler returns, or co_returns, a rill::response, text,
#include "everything.hpp"

void routes(rill::router& app)
{
#ifdef RILL_FIXED
    app.get("/count", [] { return std::to_string(7); });
#else
    app.get("/count", [] { return 7; });
#endif
}
