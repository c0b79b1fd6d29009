// expect: the member function cannot be called on this object
#include "everything.hpp"

struct users
{
#ifdef RILL_FIXED
    std::string list() const { return "all"; }
#else
    std::string list() { return "all"; }
#endif
};

void routes(rill::router& app, const users& all)
{
    app.get("/users", &users::list, all);
}
