// expect: a form has no objects within it
#include "everything.hpp"

struct address
{
    std::string town;
};
BOOST_DESCRIBE_STRUCT(address, (), (town))

struct order
{
#ifdef RILL_FIXED
    std::string to;
#else
    address to;
#endif
};
BOOST_DESCRIBE_STRUCT(order, (), (to))

void routes(rill::router& app)
{
    app.post("/orders", [](rill::form<order>) { return "thanks"; });
}
