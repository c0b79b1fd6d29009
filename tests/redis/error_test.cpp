#include <rill/redis/error.hpp>

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(redis_error_test)

BOOST_AUTO_TEST_CASE(every_error_has_a_message)
{
    std::set<std::string> messages;
    const int last = static_cast<int>(rill::redis::errc::other);
    for (int value = 1; value <= last; ++value) {
        messages.insert(rill::redis::error_category().message(value));
    }
    BOOST_TEST(messages.size() == static_cast<std::size_t>(last));
    BOOST_TEST(!messages.contains(rill::redis::error_category().message(last + 1)));
}

BOOST_AUTO_TEST_SUITE_END()
