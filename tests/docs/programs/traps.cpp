#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// [traps]
#include <boost/describe.hpp>
#include <rill/http/json.hpp>

struct order
{
    std::string item;
    int count = 0;
};
BOOST_DESCRIBE_STRUCT(order, (), (item, count))

rill::awaitable<> shapes(rill::sse::event_stream& stream, rill::query<"name"> name)
{
    const order tea{"tea", 2}; // a struct without a constructor that has a std::string
    co_await stream.send({.data = rill::to_json(tea)});

    const std::string shown = name->empty() ? "somebody" : *name; // a condition that gives a std::string
    co_await stream.send(shown);

    const auto body = [&stream, name](rill::task_group&) -> rill::awaitable<> { // a lambda that owns a std::string
        co_await stream.send(*name);
    };
    co_await rill::with_task_group(body);

    const auto sent = co_await stream.send("more", rill::as_expected); // a variable for the condition
    if (!sent) {
        co_return;
    }
}
// [traps]

#include "docs/programs/drive.hpp"

namespace {

void check_shapes()
{
    rill::router app;
    app.get("/shapes", rill::sse::endpoint(shapes));
    drive::served server(std::move(app));
    for (const std::string name : {"", "Ada-whose-name-is-too-long-for-a-std::string-without-memory-of-its-own"}) {
        drive::client stream(server.port());
        stream.get("/shapes?name=" + name);
        drive::equal(drive::next_data(stream), R"({"item":"tea","count":2})");
        drive::equal(drive::next_data(stream), name.empty() ? "somebody" : name);
        drive::equal(drive::next_data(stream), name);
        drive::equal(drive::next_data(stream), "more");
        drive::ends(stream);
    }
}

} // namespace

int main()
{
    return drive::verdict(check_shapes);
}
