#include "http/content_coding.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(content_coding_suite)

namespace {

std::optional<rill::problem> refusal(const std::vector<std::string>& codings)
{
    rill::request req(rill::verb::post, "/");
    for (const auto& coding : codings) {
        BOOST_REQUIRE(req.fields().add("Content-Encoding", coding).has_value());
    }
    return rill::detail::reject_content_coding(req);
}

} // namespace

// RFC 9110, 15.5.16 and 12.5.3: the Accept-Encoding of the response lists the accepted codings.
BOOST_AUTO_TEST_CASE(a_coded_body_is_refused)
{
    const std::vector<std::string> table[] = {
        {"gzip"}, {"GZIP"}, {"br"}, {"identity, gzip"}, {"identity", "gzip"}, {"unknown"}, {",deflate,"}};
    for (const auto& codings : table) {
        const auto refused = refusal(codings);
        BOOST_REQUIRE(refused.has_value());
        BOOST_TEST((refused->status == rill::status::unsupported_media_type));
        BOOST_TEST(refused->detail == "the body must not be compressed or coded in any other way");
        const std::pair<std::string, std::string> taken{"Accept-Encoding", "identity"};
        BOOST_TEST((refused->headers == std::vector{taken}));
    }
}

BOOST_AUTO_TEST_CASE(a_body_without_a_coding_is_accepted)
{
    const std::vector<std::string> table[] = {{}, {""}, {"identity"}, {"Identity , identity"}, {"identity", ""}, {","}};
    for (const auto& codings : table) {
        BOOST_TEST(!refusal(codings).has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()
