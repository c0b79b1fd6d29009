// expect: this one is a temporary: pass an object that outlives the server, or a std::shared_ptr
#include "everything.hpp"

struct users
{
    std::string list() const { return "all"; }
};

void routes(rill::router& app)
{
#ifdef RILL_FIXED
    app.get("/users", &users::list, std::make_shared<users>());
#else
    app.get("/users", &users::list, users());
#endif
}
