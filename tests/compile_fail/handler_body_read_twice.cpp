// expect: a body can be read once
#include "everything.hpp"

void routes(rill::router& app)
{
#ifdef RILL_FIXED
    app.post("/orders", [](rill::json<int> number) { return std::to_string(*number); });
#else
    app.post("/orders", [](rill::json<int> number, rill::body_reader) { return std::to_string(*number); });
#endif
}
