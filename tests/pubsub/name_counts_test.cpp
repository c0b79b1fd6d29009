#include "pubsub/name_counts.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(name_counts_test)

namespace {

using rill::pubsub::detail::name_counts;
using texts = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_CASE(a_name_is_present_until_its_last_entry_is_removed)
{
    name_counts counts;
    BOOST_TEST(counts.add("a", "ada"));
    BOOST_TEST(!counts.add("a", "ada"));
    BOOST_TEST(!counts.remove("a", "ada"));
    BOOST_TEST(counts.contains("a", "ada"));
    BOOST_TEST(counts.remove("a", "ada"));
    BOOST_TEST(!counts.contains("a", "ada"));
    BOOST_TEST(!counts.remove("a", "ada"));
    BOOST_TEST(counts.size() == 0U);
}

BOOST_AUTO_TEST_CASE(names_and_topics_are_sorted)
{
    name_counts counts;
    for (const auto* name : {"cyd", "ada", "bob", "ada"}) {
        counts.add("b", name);
    }
    counts.add("a", "ada");
    BOOST_TEST(counts.names("b") == texts({"ada", "bob", "cyd"}));
    BOOST_TEST(counts.topics() == texts({"a", "b"}));
    BOOST_TEST(counts.names("c").empty());
    BOOST_TEST(counts.size() == 4U);
    BOOST_TEST(counts.all().size() == 4U);
    BOOST_TEST(counts.all().front().topic == "a");
}

BOOST_AUTO_TEST_CASE(a_topic_without_names_is_not_listed)
{
    name_counts counts;
    counts.add("a", "ada");
    counts.remove("a", "ada");
    BOOST_TEST(!counts.remove("b", "ada"));
    BOOST_TEST(counts.topics().empty());
}

BOOST_AUTO_TEST_SUITE_END()
