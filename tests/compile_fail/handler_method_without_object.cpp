// expect: a member function needs its object: app.get(path, &type::method, object)
#include "everything.hpp"

struct users
{
    std::string list() const { return "all"; }
};

void routes(rill::router& app, users& all)
{
#ifdef RILL_FIXED
    app.get("/users", &users::list, all);
#else
    static_cast<void>(all);
    app.get("/users", &users::list);
#endif
}
