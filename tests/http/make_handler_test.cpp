#include <rill/http/make_handler.hpp>

#include "../support/run.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <rill/core/interval.hpp>

BOOST_AUTO_TEST_SUITE(make_handler_suite)

namespace {

using rill::awaitable;
using rill::request;
using rill::response;
using rill::status;
using rill::verb;
using rill_test::header;
using rill_test::run;
using rill_test::text;

awaitable<response> ticks(rill::query<"ms", rill::bounded<int, 10, 60000>, 2000> ms)
{
    co_return response::text(std::to_string(std::chrono::milliseconds(ms).count()));
}

// Suspends. The objects that the coroutine uses afterwards must still exist.
awaitable<> pause()
{
    co_await boost::asio::post(boost::asio::use_awaitable);
}

template <class F>
response get(F&& f, std::string target = "/")
{
    const auto handle = rill::make_handler(std::forward<F>(f));
    return run(handle, verb::get, std::move(target));
}

} // namespace

BOOST_AUTO_TEST_CASE(parameters_are_taken_from_the_request)
{
    BOOST_TEST(text(get(ticks)) == "2000");
    BOOST_TEST(text(get(&ticks, "/?ms=10")) == "10");
    const auto refused = get(ticks, "/?ms=5");
    BOOST_TEST((refused.status() == status::bad_request));
    BOOST_TEST(header(refused, "Content-Type") == "application/problem+json");
    BOOST_TEST(text(refused).find("query parameter 'ms': '5' is not allowed: must be a number from 10 to 60000") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_function_with_a_refused_parameter_is_not_called)
{
    int calls = 0;
    auto counting = [&](rill::query<"n", int>) { ++calls; };
    BOOST_TEST((get(counting, "/?n=x").status() == status::bad_request));
    BOOST_TEST(calls == 0);
    BOOST_TEST((get(counting, "/?n=1").status() == status::no_content));
    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(an_error_code_is_not_sent_to_the_client)
{
    const auto failed = get([]() -> rill::result<response> {
        return tl::unexpected(rill::error_code(ENOENT, boost::system::generic_category()));
    });
    BOOST_TEST((failed.status() == status::internal_server_error));
    BOOST_TEST(text(failed).find("directory") == std::string::npos);
    BOOST_TEST((failed.cause() == std::errc::no_such_file_or_directory)); // for the log
    BOOST_TEST(text(failed).find("the server could not answer") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(exceptions_are_passed_on)
{
    BOOST_CHECK_THROW(get([]() -> awaitable<std::string> {
                          throw std::runtime_error("x");
                          co_return "";
                      }),
                      std::runtime_error);
    BOOST_CHECK_THROW(get([]() -> std::string { throw std::runtime_error("x"); }), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(parameters_outlive_a_suspension)
{
    const std::string longer(100, 'q');
    auto by_value = [](rill::query<"q"> q) -> awaitable<response> {
        co_await pause();
        co_return response::text(*q);
    };
    auto by_reference = [](const rill::query<"q">& q) -> awaitable<response> {
        co_await pause();
        co_return response::text(*q);
    };
    auto of_request = [](request& req, rill::query<"q"> q) -> awaitable<std::string> {
        co_await pause();
        co_return std::string(req.path()) + *q;
    };
    BOOST_TEST(text(get(by_value, "/?q=" + longer)) == longer);
    BOOST_TEST(text(get(by_reference, "/?q=" + longer)) == longer);
    BOOST_TEST(text(get(of_request, "/p?q=" + longer)) == "/p" + longer);
}

BOOST_AUTO_TEST_CASE(state_is_kept_in_place_while_coroutines_run)
{
    rill::handler outer;
    {
        auto stateful = [name = std::string(100, 'n')](rill::query<"q"> q) -> awaitable<std::string> {
            co_await pause();
            co_return name + *q;
        };
        auto inner = rill::make_handler(std::move(stateful));
        outer = inner;
    }
    request req(verb::get, "/?q=x");
    auto running = outer(req);
    rill::handler moved = std::move(outer); // does not move the callable itself
    BOOST_TEST(text(run(std::move(running))) == std::string(100, 'n') + "x");
    BOOST_TEST(text(run(moved, req)) == std::string(100, 'n') + "x");
}

BOOST_AUTO_TEST_CASE(mutable_and_move_only_callables)
{
    const auto counting = rill::make_handler([n = 0]() mutable { return std::to_string(++n); });
    const auto copy = counting;
    BOOST_TEST(text(run(counting, verb::get, "/")) == "1");
    BOOST_TEST(text(run(copy, verb::get, "/")) == "2");
    BOOST_TEST(text(get([p = std::make_unique<int>(7)] { return std::to_string(*p); })) == "7");
}

struct controller
{
    std::string greeting = "hello ";

    awaitable<response> greet(rill::query<"name"> name)
    {
        co_await pause();
        co_return response::text(greeting + *name);
    }
    std::string read(const request& req) const noexcept { return greeting + std::string(req.path()); }
};

BOOST_AUTO_TEST_CASE(member_functions)
{
    controller c;
    BOOST_TEST(text(run(rill::make_handler(&controller::greet, c), verb::get, "/?name=you")) == "hello you");
    BOOST_TEST(text(run(rill::make_handler(&controller::read, c), verb::get, "/p")) == "hello /p");
    const controller constant{"const "};
    BOOST_TEST(text(run(rill::make_handler(&controller::read, constant), verb::get, "/p")) == "const /p");
}

struct qualified : controller
{
    std::string plain() & { return greeting + "&"; }
    std::string constant() const& { return greeting + "const&"; }
    std::string quiet() & noexcept { return greeting + "& noexcept"; }
    std::string constant_and_quiet() const& noexcept { return greeting + "const& noexcept"; }
    awaitable<std::string> later() const noexcept
    {
        co_await pause();
        co_return greeting + "later";
    }
    static std::string of_class() { return "static"; }
};

BOOST_AUTO_TEST_CASE(qualified_and_inherited_member_functions)
{
    qualified object;
    const auto answer = [&](auto method) { return text(run(rill::make_handler(method, object), verb::get, "/p")); };
    BOOST_TEST(answer(&qualified::plain) == "hello &");
    BOOST_TEST(answer(&qualified::constant) == "hello const&");
    BOOST_TEST(answer(&qualified::quiet) == "hello & noexcept");
    BOOST_TEST(answer(&qualified::constant_and_quiet) == "hello const& noexcept");
    BOOST_TEST(answer(&qualified::later) == "hello later");
    BOOST_TEST(answer(&controller::read) == "hello /p");
    BOOST_TEST(text(get(&qualified::of_class)) == "static");
}

BOOST_AUTO_TEST_CASE(a_member_function_keeps_the_pointer_to_its_object)
{
    auto shared = std::make_shared<controller>();
    const std::weak_ptr<controller> seen = shared;
    auto handle = rill::make_handler(&controller::greet, std::move(shared));
    BOOST_TEST(!seen.expired());
    BOOST_TEST(text(run(handle, verb::get, "/?name=you")) == "hello you");
    handle = rill::handler();
    BOOST_TEST(seen.expired());

    const std::shared_ptr<const controller> constant = std::make_shared<controller>();
    BOOST_TEST(text(run(rill::make_handler(&controller::read, constant), verb::get, "/p")) == "hello /p");
    BOOST_TEST(constant.use_count() == 1);
    controller object;
    BOOST_TEST(text(run(rill::make_handler(&controller::read, &object), verb::get, "/p")) == "hello /p");
    const auto unique = rill::make_handler(&controller::read, std::make_unique<controller>());
    BOOST_TEST(text(run(unique, verb::get, "/p")) == "hello /p");
}

BOOST_AUTO_TEST_CASE(make_handler_accepts_a_handler)
{
    const rill::handler original = [](request& req) -> awaitable<response> {
        co_return response::text(std::string(req.path()));
    };
    BOOST_TEST(text(get(original, "/x")) == "/x");
    const auto generic = [](auto& req) -> awaitable<response> { co_return response::text(std::string(req.path())); };
    BOOST_TEST(text(get(rill::handler(generic), "/y")) == "/y");
    using plain = awaitable<response> (*)(request&);
    const plain function = [](request&) -> awaitable<response> { co_return status::accepted; };
    BOOST_TEST((get(function).status() == status::accepted));
}

BOOST_AUTO_TEST_SUITE_END()
