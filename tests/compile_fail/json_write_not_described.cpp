// expect: rill cannot write this type as JSON. A struct: describe it with BOOST_DESCRIBE_STRUCT
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
    app.get("/order", [] { return rill::json_response(order{"tea"}); });
}
