// expect: the error that a handler returns must be rill::problem, rill::status, rill::error_code
#include "everything.hpp"

struct not_found
{
    std::string item;
};

#ifdef RILL_FIXED
rill::problem to_problem(const not_found& error)
{
    return {.status = rill::status::not_found, .detail = "there is no " + error.item};
}
#endif

tl::expected<std::string, not_found> find(rill::path<"item"> item)
{
    return tl::unexpected(not_found{*item});
}

void routes(rill::router& app)
{
    app.get("/items/{item}", find);
}
