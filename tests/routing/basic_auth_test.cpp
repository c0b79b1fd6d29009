#include <rill/routing/middleware.hpp>

#include <stdexcept>

#include "support/middleware.hpp"

BOOST_AUTO_TEST_SUITE(basic_auth_suite)

namespace {

using rill::status;
using rill_test::header;
using rill_test::text;
using rill_test::through;
using rill_test::with;

} // namespace

BOOST_AUTO_TEST_CASE(credentials)
{
    std::string seen;
    const auto around = rill::middleware::basic_auth(
        [&seen](std::string_view user, std::string_view password) {
            seen = std::string(user) + "|" + std::string(password);
            return seen == "Aladdin|open sesame" || seen == "a|" || seen == "u|p:w";
        },
        "here");
    for (const auto* good : {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic   YTo=",
                             "Basic YTo", "Basic dTpwOnc="})
    {
        BOOST_TEST_CONTEXT(good)
        {
            BOOST_TEST(text(through(around, with({{"Authorization", good}}))) == "body");
        }
    }
    seen.clear();
    for (const auto* malformed : {"", "Basic", "Basic ", "Basic !!!!", "Basic YTo=x", "Basic Y",
                                  "Basic YWI=", "Bearer YTo=", "BasicYTo=", "Basic\tYTo=", " Basic", "Basic YTo==="})
    {
        BOOST_TEST_CONTEXT(malformed)
        {
            const auto r = through(around, with({{"Authorization", malformed}}));
            BOOST_TEST((r.status() == status::unauthorized));
            BOOST_TEST(seen == "");
        }
    }
    const auto wrong = through(around, with({{"Authorization", "Basic YTpi"}}));
    BOOST_TEST(seen == "a|b");
    BOOST_TEST((wrong.status() == status::unauthorized));
    BOOST_TEST(header(wrong, "WWW-Authenticate") == "Basic realm=\"here\", charset=\"UTF-8\"");
    BOOST_TEST((through(around, with({})).status() == status::unauthorized));
    const auto twice = with({{"Authorization", "Basic YTo="}, {"authorization", "Basic YTo="}});
    BOOST_TEST((through(around, twice).status() == status::unauthorized)); // a proxy may read either field
}

BOOST_AUTO_TEST_CASE(a_bad_realm)
{
    const auto check = [](std::string_view, std::string_view) { return true; };
    for (const auto* realm : {"a\"b", "a\\b", "a\r\nb"}) {
        BOOST_CHECK_THROW(rill::middleware::basic_auth(check, realm), std::invalid_argument);
    }
}

BOOST_AUTO_TEST_SUITE_END()
