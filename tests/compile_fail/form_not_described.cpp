// expect: form<T> needs a struct that is described with BOOST_DESCRIBE_STRUCT
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
    app.post("/orders", [](rill::form<order> o) { return o->item; });
}
