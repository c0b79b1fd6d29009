#include <robustness/resume/event_ledger.hpp>

#include <boost/test/unit_test.hpp>

using resume::findings;
using resume::guarantee;
using resume::published_events;
using resume::stream_record;

BOOST_AUTO_TEST_SUITE(event_ledger_test)

namespace {

/// Six published events, a to f. A stream begins after a, and all must have the events up to e.
struct fixture
{
    fixture()
    {
        for (const char id : std::string("abcdef")) {
            published.publish(std::string(1, id));
        }
    }

    /// Each letter is an event, and '|' begins a connection.
    findings compare(std::string_view received, guarantee promise = guarantee::all)
    {
        stream_record record;
        record.begin_connection();
        for (const char c : received) {
            if (c == '|') {
                record.begin_connection();
            } else {
                record.add(published.token_of(std::string(1, c)));
            }
        }
        return record.compare(published, promise, 1, 5);
    }

    published_events published;
};

void check(const findings& found, std::uint64_t duplicates, std::uint64_t missing, std::uint64_t out_of_order)
{
    BOOST_TEST(found.duplicates == duplicates);
    BOOST_TEST(found.missing == missing);
    BOOST_TEST(found.out_of_order == out_of_order);
}

} // namespace

BOOST_FIXTURE_TEST_CASE(a_stream_that_resumes_keeps_both_promises, fixture)
{
    for (const char* received : {"bcde", "b|cd|e", "|bc||de|", "bcdef", "bc|def"}) {
        const auto found = compare(received);
        check(found, 0, 0, 0);
        BOOST_TEST(found.events == 4);
        BOOST_TEST(found.keep(guarantee::all));
        BOOST_TEST(compare(received, guarantee::order).keep(guarantee::order));
    }
}

BOOST_FIXTURE_TEST_CASE(a_lost_event_is_missing, fixture)
{
    check(compare("bc|e"), 0, 1, 0);
    check(compare("cde"), 0, 1, 0);  // the first one
    check(compare("bcdf"), 0, 1, 0); // the last one
    check(compare("bf"), 0, 3, 0);
    check(compare(""), 0, 4, 0);
    for (const char* received : {"bc|e", "cde", "bcdf", "bf", ""}) {
        BOOST_TEST(!compare(received).keep(guarantee::all));
    }
}

BOOST_FIXTURE_TEST_CASE(a_repeated_event_is_a_duplicate, fixture)
{
    check(compare("bc|cde"), 1, 0, 0);
    check(compare("bcc|de"), 1, 0, 0);
    check(compare("bcd|bcde"), 3, 0, 0);
    check(compare("bc|e|de"), 1, 0, 1); // d comes after e, and e twice
    check(compare("abcde"), 1, 0, 0);   // the stream has asked for the events after a
    BOOST_TEST(!compare("bc|cde").keep(guarantee::all));
    BOOST_TEST(!compare("abcde").keep(guarantee::all));
}

BOOST_FIXTURE_TEST_CASE(an_event_after_its_successor_is_out_of_order, fixture)
{
    check(compare("bc|ed"), 0, 0, 1);
    check(compare("cbde"), 0, 0, 1);
    BOOST_TEST(!compare("bc|ed").keep(guarantee::all));
}

BOOST_FIXTURE_TEST_CASE(an_event_that_was_not_published_is_unknown, fixture)
{
    const auto found = compare("bcXde");
    check(found, 0, 0, 0);
    BOOST_TEST(found.unknown == 1);
    BOOST_TEST(!found.keep(guarantee::all));
    BOOST_TEST(compare("bcXdXe").duplicates == 1);
}

BOOST_FIXTURE_TEST_CASE(a_server_that_cannot_resume_promises_order_within_a_connection, fixture)
{
    const auto lost = compare("b|d", guarantee::order);
    check(lost, 0, 2, 0); // of those from b on
    BOOST_TEST(lost.keep(guarantee::order));
    check(compare("d|e", guarantee::order), 0, 0, 0);
    check(compare("bc|bcde", guarantee::order), 0, 0, 0);

    check(compare("bc|dcde", guarantee::order), 1, 0, 1);
    check(compare("b|dd", guarantee::order), 1, 2, 0);
    check(compare("bc|ed", guarantee::order), 0, 0, 1);
    for (const char* received : {"bc|dcde", "b|dd", "bc|ed", ""}) {
        BOOST_TEST(!compare(received, guarantee::order).keep(guarantee::order));
    }
}

BOOST_FIXTURE_TEST_CASE(the_reference_counts_repeated_ids, fixture)
{
    BOOST_TEST(published.size() == 6);
    BOOST_TEST(published.repeated() == 0);
    published.publish("c");
    BOOST_TEST(published.size() == 6);
    BOOST_TEST(published.repeated() == 1);
    BOOST_TEST(published.position_of(published.token_of("c")) == 2);
    BOOST_TEST(published.position_of(published.token_of("new")) == published_events::unknown);
}

BOOST_FIXTURE_TEST_CASE(findings_of_streams_add_up, fixture)
{
    auto sum = compare("bc|cdX");
    sum += compare("bcde");
    sum += compare("bc|ed");
    check(sum, 1, 1, 1);
    BOOST_TEST(sum.events == 13);
    BOOST_TEST(sum.unknown == 1);
}

BOOST_AUTO_TEST_SUITE_END()
