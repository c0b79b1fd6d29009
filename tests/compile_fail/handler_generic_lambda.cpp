// expect: it cannot be a generic lambda
#include "everything.hpp"

void routes(rill::router& app)
{
#ifdef RILL_FIXED
    app.get("/hello/{name}", [](rill::path<"name"> name) { return "hello, " + *name; });
#else
    app.get("/hello/{name}", [](auto name) { return "hello, " + *name; });
#endif
}
