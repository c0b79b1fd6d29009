#include <rill/http/credentials.hpp>

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(credentials_suite)

namespace {

/// Returns the credentials of the Authorization fields for the scheme, or "(none)".
std::string given(std::string_view scheme, const std::vector<std::string>& fields)
{
    rill::request req(rill::verb::get, "/");
    for (const auto& field : fields) {
        BOOST_REQUIRE(req.fields().add("Authorization", field).has_value());
    }
    return std::string(rill::credentials(req, scheme).value_or("(none)"));
}

} // namespace

BOOST_AUTO_TEST_CASE(one_or_more_spaces_separate_the_scheme_from_the_credentials)
{
    for (const auto* field : {"Bearer sesame", "Bearer  sesame", "Bearer     sesame", "bearer sesame", "BEARER sesame"})
    {
        BOOST_TEST(given("Bearer", {field}) == "sesame", field);
        BOOST_TEST(given("bearer", {field}) == "sesame", field);
    }
    BOOST_TEST(given("Basic", {"Basic YTo="}) == "YTo=");
    BOOST_TEST(given("Digest", {"Digest  username=\"a\", realm=\"b\""}) == "username=\"a\", realm=\"b\"");
    BOOST_TEST(given("Bearer", {"Bearer sesame  "}) == "sesame");
}

BOOST_AUTO_TEST_CASE(malformed_fields_have_no_credentials)
{
    for (const auto* field : {"", "Bearer", "Bearer ", "Bearer   ", "Bearersesame", "Bearer\tsesame", "Bearer \tsesame",
                              " Bearer sesame", "Basic sesame", "Bear sesame", "Bearers sesame", "sesame"})
    {
        BOOST_TEST(given("Bearer", {field}) == "(none)", field);
    }
    BOOST_TEST(given("Bearer", {}) == "(none)");
}

// A proxy may use either field.
BOOST_AUTO_TEST_CASE(two_fields_have_no_credentials)
{
    BOOST_TEST(given("Bearer", {"Bearer sesame", "Bearer sesame"}) == "(none)");
    BOOST_TEST(given("Bearer", {"Bearer sesame", "Basic YTo="}) == "(none)");
    BOOST_TEST(given("Bearer", {"", "Bearer sesame"}) == "(none)");
}

BOOST_AUTO_TEST_CASE(secrets_are_compared_completely)
{
    using rill::equal_in_constant_time;
    BOOST_TEST(equal_in_constant_time("sesame", "sesame"));
    for (const auto* wrong : {"", "s", "sesam", "sesamf", "sesames", "sesamesesame", "Sesame"}) {
        BOOST_TEST(!equal_in_constant_time(wrong, "sesame"), wrong);
    }
    BOOST_TEST(!equal_in_constant_time("x", ""));
    BOOST_TEST(equal_in_constant_time("", ""));
}

BOOST_AUTO_TEST_SUITE_END()
