// expect: takes the request by reference: rill::request& or const rill::request&
#include "everything.hpp"

#ifdef RILL_FIXED
std::string show(const rill::request& r)
#else
std::string show(rill::request r)
#endif
{
    return std::string(r.path());
}

void routes(rill::router& app)
{
    app.get("/show", show);
}
