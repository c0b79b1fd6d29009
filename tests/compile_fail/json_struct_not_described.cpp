// expect: rill cannot read this type from JSON. A struct: describe it with BOOST_DESCRIBE_STRUCT
#include "everything.hpp"

struct order
{
    std::string item;
};
#ifdef RILL_FIXED
BOOST_DESCRIBE_STRUCT(order, (), (item))
#endif

void routes(rill::router& app)
{
    app.post("/orders", [](rill::json<order> o) { return o->item; });
}
