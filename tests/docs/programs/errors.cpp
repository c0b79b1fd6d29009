#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// [errors]
namespace shop {

enum class error
{
    sold_out,
    not_logged_in,
};

// Maps the errors of this application to responses.
rill::problem to_problem(const error& e)
{
    switch (e) {
    case error::sold_out:
        return {.status = rill::status::conflict, .detail = "sold out"};
    case error::not_logged_in:
        return {.status = rill::status::unauthorized, .headers = {{"WWW-Authenticate", "Bearer"}}};
    }
    return {};
}

tl::expected<int, error> take_from_stock(std::string_view item) // does not depend on HTTP
{
    if (item != "tea") {
        return tl::unexpected(error::sold_out);
    }
    return 2;
}

} // namespace shop

tl::expected<std::string, shop::error> buy(rill::path<"item"> item)
{
    const auto left = shop::take_from_stock(*item);
    if (!left) {
        return tl::unexpected(left.error());
    }
    return std::to_string(*left) + " left";
}
// [errors]

// [exceptions]
#include <stdexcept>

class no_such_row : public std::runtime_error
{
    using runtime_error::runtime_error;
};

rill::awaitable<rill::response> map_exceptions(rill::request& r, const rill::handler& next)
{
    try {
        co_return co_await next(r);
    } catch (const no_such_row& e) { // not std::exception, which includes cancellations
        co_return rill::to_response(rill::status::not_found, e.what());
    }
}
// [exceptions]

#include "docs/programs/drive.hpp"

namespace {

void check_errors()
{
    rill::router app;
    app.post("/buy/{item}", buy);
    app.get("/orders", []() -> tl::expected<void, shop::error> { return tl::unexpected(shop::error::not_logged_in); });
    drive::served server(std::move(app));
    drive::client one(server.port());
    drive::equal(one.request("POST", "/buy/tea").body(), "2 left");
    drive::equal(one.request("POST", "/buy/coffee").status(), 409);
    drive::equal(one.header("content-type"), "application/problem+json");
    drive::contains(one.body(), R"("detail":"sold out")");
    drive::equal(one.get("/orders").status(), 401);
    drive::equal(one.header("www-authenticate"), "Bearer");
}

void check_exceptions()
{
    rill::router app;
    app.use(map_exceptions);
    app.get("/rows/{row:int}", [](rill::path<"row", int> row) {
        if (*row == 1) {
            return std::string("the first");
        }
        throw no_such_row("there is no row " + std::to_string(*row));
    });
    app.get("/broken", []() -> std::string { throw std::runtime_error("the password is sesame"); });
    drive::served server(std::move(app));
    drive::client one(server.port());
    drive::equal(one.get("/rows/1").body(), "the first");
    drive::equal(one.get("/rows/2").status(), 404);
    drive::contains(one.body(), R"("detail":"there is no row 2")");
    drive::equal(one.get("/broken").status(), 500);
    drive::check(one.body().find("sesame") == std::string::npos, "the client does not see the text of an exception");
}

} // namespace

int main()
{
    return drive::verdict([] {
        check_errors();
        check_exceptions();
    });
}
