#include <rill/http/close_reason.hpp>

#include <boost/test/unit_test.hpp>
#include <set>

BOOST_AUTO_TEST_SUITE(close_reason_test)

BOOST_AUTO_TEST_CASE(each_reason_has_its_own_name)
{
    std::set<std::string_view> names;
    for (auto code = 0; code <= static_cast<int>(rill::close_reason::expired); ++code) {
        names.insert(rill::to_string(static_cast<rill::close_reason>(code)));
    }
    BOOST_TEST(names.size() == static_cast<std::size_t>(rill::close_reason::expired) + 1);
    BOOST_TEST(!names.contains("unknown"));
    BOOST_TEST(rill::to_string(rill::close_reason::write_timeout) == "write_timeout"); // as in metrics and logs
    BOOST_TEST(rill::to_string(static_cast<rill::close_reason>(200)) == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()
