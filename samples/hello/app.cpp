#include "hello/app.hpp"

namespace hello {

rill::router app()
{
    rill::router app;
    app.get("/", [] { return "hello, world\n"; });
    return app;
}

} // namespace hello
