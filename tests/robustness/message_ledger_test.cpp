#include <robustness/chat/message_ledger.hpp>

#include <boost/test/unit_test.hpp>

// Tests that the checker of chat_kills finds each kind of fault.

BOOST_AUTO_TEST_SUITE(message_ledger_test)

namespace {

using chat_run::ledger_result;
using chat_run::message_ledger;
using texts = std::vector<std::string>;

/// The sender 0 sends a1, a2 and a3, and the sender 1 sends b1. Both clients receive these texts.
ledger_result result_of(const texts& first, const texts& second)
{
    message_ledger ledger(2, 2);
    for (const auto* text : {"a1", "a2", "a3"}) {
        ledger.acknowledge(0, text);
    }
    ledger.acknowledge(1, "b1");
    for (const auto& text : first) {
        ledger.receive(0, text);
    }
    for (const auto& text : second) {
        ledger.receive(1, text);
    }
    return ledger.compare();
}

} // namespace

BOOST_AUTO_TEST_CASE(equal_and_complete_clients_are_correct)
{
    const texts all{"a1", "b1", "a2", "a3"};
    const auto result = result_of(all, all);
    BOOST_TEST(result.is_correct());
    BOOST_TEST(result.acknowledged == 4U);
    BOOST_TEST(result.found.events == 8U);
}

BOOST_AUTO_TEST_CASE(a_message_that_all_clients_miss_is_found)
{
    const auto result = result_of({"a1", "b1", "a3"}, {"a1", "b1", "a3"});
    BOOST_TEST(result.lost == 1U);
    BOOST_TEST(result.incomplete == 2U);
    BOOST_TEST(!result.is_correct());
}

BOOST_AUTO_TEST_CASE(a_message_that_one_client_misses_is_found)
{
    const auto second = result_of({"a1", "b1", "a2", "a3"}, {"a1", "b1", "a3"});
    BOOST_TEST(second.found.missing == 1U);
    BOOST_TEST(!second.is_correct());
    const auto first = result_of({"a1", "b1", "a3"}, {"a1", "b1", "a2", "a3"});
    BOOST_TEST(first.lost == 1U);
    BOOST_TEST(first.found.unknown == 1U);
    BOOST_TEST(!first.is_correct());
}

BOOST_AUTO_TEST_CASE(a_doubled_message_is_found)
{
    const texts all{"a1", "b1", "a2", "a3"};
    const texts doubled{"a1", "b1", "a2", "a2", "a3"};
    BOOST_TEST(result_of(all, doubled).found.duplicates == 1U);
    BOOST_TEST(!result_of(all, doubled).is_correct());
    BOOST_TEST(result_of(doubled, doubled).repeated == 1U);
    BOOST_TEST(!result_of(doubled, doubled).is_correct());
}

BOOST_AUTO_TEST_CASE(another_order_is_found)
{
    const auto swapped = result_of({"a1", "b1", "a2", "a3"}, {"b1", "a1", "a2", "a3"});
    BOOST_TEST(swapped.found.out_of_order == 1U);
    BOOST_TEST(!swapped.is_correct());
    const texts all{"a2", "a1", "b1", "a3"}; // equal on both clients, but not as they were sent
    BOOST_TEST(result_of(all, all).disordered == 2U);
    BOOST_TEST(!result_of(all, all).is_correct());
}

BOOST_AUTO_TEST_CASE(a_message_that_was_not_acknowledged_is_found)
{
    const texts all{"a1", "b1", "a2", "a3", "a4"};
    BOOST_TEST(result_of(all, all).not_acknowledged == 1U);
    BOOST_TEST(!result_of(all, all).is_correct());
}

BOOST_AUTO_TEST_CASE(a_notice_is_found)
{
    message_ledger ledger(1, 1);
    ledger.acknowledge(0, "a1");
    BOOST_TEST(ledger.receive(0, "a1") == 1U);
    BOOST_TEST(ledger.clients_with(1) == 1U);
    BOOST_TEST(ledger.clients_with(2) == 0U);
    BOOST_TEST(ledger.compare().is_correct());
    ledger.note_notice();
    BOOST_TEST(!ledger.compare().is_correct());
}

BOOST_AUTO_TEST_CASE(nothing_at_all_is_not_correct)
{
    BOOST_TEST(!message_ledger(1, 1).compare().is_correct());
}

BOOST_AUTO_TEST_SUITE_END()
