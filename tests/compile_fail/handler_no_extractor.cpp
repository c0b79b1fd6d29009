// expect: an extractor that says where the value comes from
#include "everything.hpp"

void routes(rill::router& app)
{
#ifdef RILL_FIXED
    app.get("/users/{id:int}", [](rill::path<"id", int> id) { return std::to_string(id); });
#else
    app.get("/users/{id:int}", [](int id) { return std::to_string(id); });
#endif
}
