// expect: member_rules name a member that the description of the struct does not have
#include "everything.hpp"

struct order
{
    int count = 0;

#ifdef RILL_FIXED
    using member_rules = rill::member_rules<rill::optional_members<"count">>;
#else
    using member_rules = rill::member_rules<rill::optional_members<"cuont">>;
#endif
};
BOOST_DESCRIBE_STRUCT(order, (), (count))

void routes(rill::router& app)
{
    app.post("/orders", [](rill::json<order> o) { return std::to_string(o->count); });
}
