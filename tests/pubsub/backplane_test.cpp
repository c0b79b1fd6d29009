#include <rill/pubsub/backplane.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(backplane_test)

namespace {

/// A log that implements only what it must.
struct smallest_log final : rill::pubsub::backplane
{
    rill::result<rill::pubsub::log_id> append(rill::pubsub::event_draft, const append_options&, appended) override
    {
        return "1";
    }
    void tail(reader&, const tail_options&) override {}
    void stop(reader&) override {}
};

} // namespace

BOOST_AUTO_TEST_CASE(a_log_without_a_past_knows_no_id)
{
    smallest_log log;
    BOOST_TEST(!log.holds_past());
    BOOST_TEST(!log.ids_are_numbers());
    int answers = 0;
    log.read_after({.after = "1"}, [&](const rill::result<rill::pubsub::backplane::page>& page) {
        ++answers;
        BOOST_REQUIRE(!page.has_value());
        BOOST_TEST((page.error() == rill::error::unknown_event_id));
    });
    BOOST_TEST(answers == 1);
    BOOST_TEST(log.stats().appended == 0U);
    BOOST_TEST(log.stats().connected);
}

BOOST_AUTO_TEST_SUITE_END()
