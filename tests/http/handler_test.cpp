#include <rill/http/make_handler.hpp>

#include "../support/run.hpp"

BOOST_AUTO_TEST_SUITE(handler_suite)

namespace {

using rill::awaitable;
using rill::handler;
using rill::request;
using rill::response;
using rill::verb;
using rill_test::run;
using rill_test::text;

awaitable<response> where(request& r)
{
    co_return response::text(std::string(r.path()));
}

/// Counts its objects and its calls.
struct counting
{
    explicit counting(int& objects) : objects(&objects) { ++objects; }
    counting(counting&& other) noexcept : objects(other.objects) { ++*objects; }
    counting(const counting&) = delete;
    counting& operator=(const counting&) = delete;
    ~counting() { --*objects; }

    awaitable<response> operator()(request&) { return answer(std::to_string(++calls)); }
    static awaitable<response> answer(std::string text) { co_return response::text(std::move(text)); }

    int* objects;
    int calls = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(functions_that_answer_a_request_convert_to_handlers)
{
    const handler pointer = &where;
    const handler function = where;
    const handler lambda = [](request& r) { return where(r); };
    const handler any = std::function<awaitable<response>(request&)>(where);
    for (const auto* h : {&pointer, &function, &lambda, &any}) {
        BOOST_TEST(text(run(*h, verb::get, "/x")) == "/x");
    }
    static_assert(!std::is_convertible_v<int, handler>);
    static_assert(!std::is_convertible_v<response (*)(request&), handler>); // only make_handler() accepts it
}

BOOST_AUTO_TEST_CASE(copies_share_the_function)
{
    int objects = 0;
    {
        handler first = counting(objects);
        BOOST_TEST(objects == 1);
        const handler second = first;
        BOOST_TEST(objects == 1);
        BOOST_TEST(text(run(first, verb::get, "/")) == "1");
        BOOST_TEST(text(run(second, verb::get, "/")) == "2");
        first = handler();
        BOOST_TEST(objects == 1);
    }
    BOOST_TEST(objects == 0);
}

BOOST_AUTO_TEST_CASE(an_empty_handler_is_false_and_throws)
{
    handler h;
    BOOST_TEST(!h);
    request r;
    BOOST_CHECK_THROW(static_cast<void>(h(r)), std::bad_function_call);
    BOOST_TEST(h.route_needs().path_parameters.empty());
    h = where;
    BOOST_TEST(!!h);
    const handler moved = std::move(h);
    BOOST_TEST(!h); // NOLINT: tests the moved-from handler
    BOOST_TEST(!!moved);
}

BOOST_AUTO_TEST_CASE(route_needs_names_the_path_parameters)
{
    const auto declared =
        rill::make_handler([](rill::path<"a">, rill::query<"q">, rill::path<"b", std::optional<int>>) {});
    BOOST_TEST(declared.route_needs().path_parameters == std::vector<std::string>{"a"});
    BOOST_TEST(declared.route_needs().is_complete);
    const auto reads = rill::make_handler([](rill::path<"a">, request&) {});
    BOOST_TEST(reads.route_needs().path_parameters == std::vector<std::string>{"a"});
    BOOST_TEST(!reads.route_needs().is_complete);
    BOOST_TEST(handler(where).route_needs().path_parameters.empty());
    BOOST_TEST(!handler(where).route_needs().is_complete);
}

BOOST_AUTO_TEST_CASE(cors_returns_the_middleware_of_the_function)
{
    struct shared
    {
        rill::middleware_function around;
        awaitable<response> operator()(request& r) const { return where(r); }
        const rill::middleware_function* cors() const { return &around; }
    };
    const handler h = shared{[](request& r, const handler& next) { return next(r); }};
    BOOST_REQUIRE(h.cors() != nullptr);
    BOOST_TEST(static_cast<bool>(*h.cors()));
    BOOST_TEST(rill::make_handler(h).cors() == h.cors());
    BOOST_TEST(handler(where).cors() == nullptr);
    BOOST_TEST(handler().cors() == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
