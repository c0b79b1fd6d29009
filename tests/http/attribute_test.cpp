#include <rill/http/attribute.hpp>

#include "../support/run.hpp"
#include "http/refusal.hpp"

#include <memory>
#include <rill/http/make_handler.hpp>

namespace bank {

struct user
{
    std::string name;
    bool is_admin = false;
};

} // namespace bank

BOOST_AUTO_TEST_SUITE(attribute_suite)

namespace {

using bank::user;
using rill::attribute;
using rill::awaitable;
using rill::request;
using rill::response;
using rill::verb;
using rill_test::run;
using rill_test::text;

request asked_by(std::string name)
{
    request r(verb::get, "/");
    r.set_attribute(user{std::move(name)});
    return r;
}

std::string what_is_thrown(const rill::handler& handle, request r)
{
    try {
        run(handle, r);
    } catch (const std::logic_error& e) {
        return e.what();
    }
    return "nothing";
}

} // namespace

BOOST_AUTO_TEST_CASE(values_are_found_by_their_type)
{
    request r;
    BOOST_TEST(r.attribute<user>() == nullptr);
    r.set_attribute(user{"ada"});
    r.set_attribute(7);
    r.set_attribute(std::string("text"));
    BOOST_REQUIRE(r.attribute<user>() != nullptr);
    BOOST_TEST(r.attribute<user>()->name == "ada");
    BOOST_TEST(*r.attribute<int>() == 7);
    BOOST_TEST(*r.attribute<std::string>() == "text");
    BOOST_TEST(r.attribute<long>() == nullptr); // the type must match exactly
    const auto* before = r.attribute<user>();
    r.set_attribute(user{"bob"});
    BOOST_TEST(r.attribute<user>()->name == "bob");
    BOOST_TEST(before->name == "ada"); // the old value exists as long as the request
    BOOST_TEST(*r.attribute<int>() == 7);
}

BOOST_AUTO_TEST_CASE(a_copy_of_a_request_has_its_own_attributes)
{
    auto r = asked_by("ada");
    request copy = r;
    copy.set_attribute(user{"bob"});
    copy.set_attribute(7);
    BOOST_TEST(r.attribute<user>()->name == "ada");
    BOOST_TEST(r.attribute<int>() == nullptr);
    r = request();
    BOOST_TEST(r.attribute<user>() == nullptr);
    BOOST_TEST(copy.attribute<user>()->name == "bob");
}

BOOST_AUTO_TEST_CASE(move_only_values_are_read_in_place_or_shared)
{
    request r;
    r.set_attribute(std::make_unique<int>(7)); // read in place
    BOOST_TEST(**r.attribute<std::unique_ptr<int>>() == 7);
    r.set_attribute(std::make_shared<const user>(user{"ada"}));
    const auto handle = rill::make_handler([](attribute<std::shared_ptr<const user>> who) { return who->get()->name; });
    BOOST_TEST(text(run(handle, r)) == "ada");
}

BOOST_AUTO_TEST_CASE(values_end_with_the_request)
{
    const auto watched = std::make_shared<int>(7);
    {
        request r;
        r.set_attribute(watched);
        r.set_attribute(watched);
        BOOST_TEST(watched.use_count() == 3);
    }
    BOOST_TEST(watched.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_handler_owns_its_copy)
{
    const std::string longer(100, 'n');
    const auto suspended = rill::make_handler([](request& r, attribute<user> who) -> awaitable<std::string> {
        r = request();                          // destroys the attributes
        co_await rill::yield_before_refusing(); // suspends
        co_return who->name;
    });
    auto r = asked_by(longer);
    BOOST_TEST(text(run(suspended, r)) == longer);
    const auto converted = rill::make_handler([](attribute<user> who) {
        const user& plain = who;
        return plain.name + (*who).name + who.value.name;
    });
    r = asked_by("x");
    BOOST_TEST(text(run(converted, r)) == "xxx");
}

BOOST_AUTO_TEST_CASE(a_missing_value_is_a_program_error)
{
    int calls = 0;
    const auto handle = rill::make_handler([&calls](attribute<user>) { ++calls; });
    BOOST_TEST(what_is_thrown(handle, {}) == "the handler takes rill::attribute<bank::user>, but no middleware of its "
                                             "route has called request::set_attribute() with one");
    BOOST_TEST(calls == 0);
    BOOST_TEST(what_is_thrown(handle, asked_by("x")) == "nothing");
    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(an_optional_value_may_be_missing)
{
    const auto handle =
        rill::make_handler([](attribute<std::optional<user>> who) { return *who ? who->value().name : "nobody"; });
    request r;
    BOOST_TEST(text(run(handle, r)) == "nobody");
    r = asked_by("ada");
    BOOST_TEST(text(run(handle, r)) == "ada");
}

BOOST_AUTO_TEST_SUITE_END()
