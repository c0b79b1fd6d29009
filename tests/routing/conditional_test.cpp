#include "routing/conditional.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(conditional_suite)

namespace {

using namespace rill::detail;
using rill::request;
using rill::verb;
using fields = std::vector<std::pair<std::string, std::string>>;

const validators now{"\"v1\"", 784111777};
const std::string same = "Sun, 06 Nov 1994 08:49:37 GMT";
const std::string before = "Sun, 06 Nov 1994 08:49:36 GMT";
const std::string after = "Sun, 06 Nov 1994 08:49:38 GMT";

request with(const fields& headers, verb method = verb::get)
{
    request req(method, "/");
    for (const auto& [name, value] : headers) {
        BOOST_REQUIRE(req.fields().add(name, value).has_value());
    }
    return req;
}

} // namespace

BOOST_AUTO_TEST_CASE(preconditions)
{
    using enum precondition;
    const std::pair<fields, precondition> table[] = {
        {{}, passed},
        {{{"If-None-Match", "\"v1\""}}, not_modified},
        {{{"If-None-Match", "W/\"v1\""}}, not_modified},
        {{{"If-None-Match", "\"v0\", \"v1\""}}, not_modified},
        {{{"If-None-Match", "\"a,b\" , ,W/\"v1\""}}, not_modified},
        {{{"If-None-Match", " * "}}, not_modified},
        {{{"If-None-Match", "\"v0\""}}, passed},
        {{{"If-None-Match", "v1"}}, passed},
        {{{"If-None-Match", "\"v1"}}, passed},
        {{{"If-None-Match", ""}}, passed},
        {{{"If-None-Match", "\"v0\""}, {"If-Modified-Since", after}}, passed}, // the ETag decides
        {{{"If-Modified-Since", same}}, not_modified},
        {{{"If-Modified-Since", after}}, not_modified},
        {{{"If-Modified-Since", before}}, passed},
        {{{"If-Modified-Since", "yesterday"}}, passed},
        {{{"If-Match", "\"v1\""}}, passed},
        {{{"If-Match", "*"}}, passed},
        {{{"If-Match", "W/\"v1\""}}, failed}, // compared strongly
        {{{"If-Match", "\"v0\""}}, failed},
        {{{"If-Match", "\"v1\""}, {"If-None-Match", "\"v1\""}}, not_modified},
        {{{"If-Unmodified-Since", same}}, passed},
        {{{"If-Unmodified-Since", before}}, failed},
        {{{"If-Match", "\"v1\""}, {"If-Unmodified-Since", before}}, passed},
        {{{"If-None-Match", "\"v0\""}, {"if-none-match", "\"v1\""}}, not_modified}, // one list in two lines
        {{{"If-None-Match", ""}, {"If-None-Match", "W/\"v1\""}}, not_modified},
        {{{"If-Match", "\"v0\""}, {"If-Match", "\"v1\""}}, passed},
        {{{"If-Modified-Since", same}, {"If-Modified-Since", same}}, passed}, // several dates count as no date
        {{{"If-Unmodified-Since", before}, {"If-Unmodified-Since", before}}, passed},
    };
    for (const auto& [headers, expected] : table) {
        BOOST_TEST_CONTEXT((headers.empty() ? std::string("none") : headers[0].first + ": " + headers[0].second))
        {
            BOOST_TEST((check_preconditions(with(headers), now) == expected));
        }
    }
}

struct range_case
{
    std::string range;
    range_kind kind;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

BOOST_AUTO_TEST_CASE(ranges_of_ten_bytes)
{
    using enum range_kind;
    const range_case table[] = {
        {"bytes=0-0", part, 0, 1},
        {"bytes=0-9", part, 0, 10},
        {"bytes=2-4", part, 2, 3},
        {"bytes=2-", part, 2, 8},
        {"bytes=9-", part, 9, 1},
        {"bytes=5-100", part, 5, 5},
        {"BYTES=0-0", part, 0, 1},
        {" bytes= 0-0 ", part, 0, 1},
        {"bytes=-3", part, 7, 3},
        {"bytes=-100", part, 0, 10},
        {"bytes=0-99999999999999999999999", part, 0, 10},
        {"bytes=-99999999999999999999999", part, 0, 10},
        {"bytes=10-", unsatisfiable},
        {"bytes=10-20", unsatisfiable},
        {"bytes=-0", unsatisfiable},
        {"bytes=99999999999999999999999-", unsatisfiable},
        {"bytes=4-2", whole},
        {"bytes=0-1,3-4", whole},
        {"bytes=0-1,", whole},
        {"bytes=-", whole},
        {"bytes=", whole},
        {"bytes=a-b", whole},
        {"bytes=+1-2", whole},
        {"bytes=1--2", whole},
        {"bytes=--2", whole},
        {"items=0-1", whole},
        {"", whole},
    };
    for (const auto& expected : table) {
        BOOST_TEST_CONTEXT(expected.range)
        {
            const auto got = requested_range(with({{"Range", expected.range}}), now, 10);
            BOOST_TEST((got.kind == expected.kind));
            BOOST_TEST(got.offset == expected.offset);
            BOOST_TEST(got.length == expected.length);
        }
    }
}

BOOST_AUTO_TEST_CASE(no_range)
{
    using enum range_kind;
    BOOST_TEST((requested_range(with({}), now, 10).kind == whole));
    BOOST_TEST((requested_range(with({{"Range", "bytes=0-1"}}, verb::head), now, 10).kind == whole));
    BOOST_TEST((requested_range(with({{"Range", "bytes=0-"}}), now, 0).kind == unsatisfiable));
    BOOST_TEST((requested_range(with({{"Range", "bytes=-0"}}), now, 0).kind == unsatisfiable));
    // A suffix of the whole file (RFC 9110, 14.1.2). Content-Range cannot express an empty part.
    BOOST_TEST((requested_range(with({{"Range", "bytes=-5"}}), now, 0).kind == whole));
}

BOOST_AUTO_TEST_CASE(if_range)
{
    const std::pair<std::string, range_kind> table[] = {
        {"\"v1\"", range_kind::part},    {"\"v0\"", range_kind::whole}, {"W/\"v1\"", range_kind::whole},
        {same, range_kind::part},        {before, range_kind::whole},   {after, range_kind::whole},
        {"nonsense", range_kind::whole},
    };
    for (const auto& [value, expected] : table) {
        BOOST_TEST_CONTEXT(value)
        {
            BOOST_TEST(
                (requested_range(with({{"Range", "bytes=0-1"}, {"If-Range", value}}), now, 10).kind == expected));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
