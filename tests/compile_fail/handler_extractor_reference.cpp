// expect: a handler takes extractors by value
#include "everything.hpp"

void routes(rill::router& app)
{
#ifdef RILL_FIXED
    app.get("/hello", [](rill::query<"name"> name) { return "hello, " + *name; });
#else
    app.get("/hello", [](rill::query<"name">& name) { return "hello, " + *name; });
#endif
}
