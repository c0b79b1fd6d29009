// expect: any other value rill::json_response(value)
#include "everything.hpp"

#ifdef RILL_FIXED
rill::awaitable<rill::response> find(rill::request&)
{
    co_return rill::json_response(boost::json::object{{"item", "tea"}});
}
#else
struct order
{
    std::string item;
};
rill::awaitable<order> find(rill::request&)
{
    co_return order{"tea"};
}
#endif

void routes(rill::router& app)
{
    app.get("/order", find);
}
