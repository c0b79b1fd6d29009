// expect: Text: std::string, as a std::string_view would refer to memory that is gone
#include "everything.hpp"

struct order
{
#ifdef RILL_FIXED
    std::string item;
#else
    std::string_view item;
#endif
};
BOOST_DESCRIBE_STRUCT(order, (), (item))

void routes(rill::router& app)
{
    app.post("/orders", [](rill::json<order> o) { return std::string(o->item); });
}
