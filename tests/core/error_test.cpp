#include <rill/core/error.hpp>

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(error_test)

BOOST_AUTO_TEST_CASE(every_error_has_its_own_message)
{
    std::set<std::string> messages;
    for (const auto e : {rill::error::invalid_utf8,
                         rill::error::invalid_field_value,
                         rill::error::invalid_header,
                         rill::error::message_too_large,
                         rill::error::event_id_refused,
                         rill::error::unknown_event_id,
                         rill::error::too_slow,
                         rill::error::invalid_topic,
                         rill::error::too_many_topics,
                         rill::error::foreign_executor,
                         rill::error::pool_stopped,
                         rill::error::cancellation_ignored,
                         rill::error::invalid_address,
                         rill::error::body_too_large,
                         rill::error::body_malformed,
                         rill::error::body_too_slow,
                         rill::error::invalid_cookie_name,
                         rill::error::invalid_cookie_value,
                         rill::error::invalid_cookie_attributes,
                         rill::error::invalid_event_id})
    {
        const rill::error_code ec = e; // an implicit conversion, as for any error enum
        BOOST_TEST(ec.failed());
        BOOST_TEST(ec.category().name() == std::string("rill"));
        BOOST_TEST((ec == e));
        messages.insert(ec.message());
    }
    BOOST_TEST(messages.size() == 20U);
    BOOST_TEST(!messages.contains(rill::error_code(99, rill::error_category()).message()));
}

BOOST_AUTO_TEST_CASE(the_category_is_one_object)
{
    BOOST_TEST((&rill::error_category() == &rill::error_category()));
    BOOST_TEST((rill::error_code(1, boost::system::system_category()) != rill::error::invalid_utf8));
}

BOOST_AUTO_TEST_CASE(a_result_holds_a_value_or_an_error)
{
    const rill::result<int> good = 3;
    const rill::result<int> bad = tl::unexpected(make_error_code(rill::error::too_slow));
    BOOST_TEST(*good == 3);
    BOOST_TEST((!bad && bad.error() == rill::error::too_slow));
}

BOOST_AUTO_TEST_SUITE_END()
