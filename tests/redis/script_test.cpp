#include "redis/script.hpp"

#include "log_fixture.hpp"
#include <boost/test/unit_test.hpp>

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(redis_script_test)

namespace {

struct call
{
    std::uint64_t known = 0;
    std::uint64_t highest = 0;
    std::string accept_older = "0";
    std::string counter = "1";
    std::string sent_in{};
    std::string max_events = "0";
    std::string max_age = "0";
    std::vector<std::string> events{}; ///< the idempotency keys of the events
};

// Returns the lines of the answer: the epoch, the last number, the first number and the known events.
std::string run(const redis_server& server, const call& c)
{
    std::vector<std::string> words{"EVAL",
                                   std::string(rill::redis::detail::append_script),
                                   "4",
                                   "rill",
                                   "{rill}:s",
                                   "{rill}:w",
                                   "{rill}:a",
                                   std::to_string(c.known),
                                   std::to_string(c.highest),
                                   c.accept_older,
                                   c.counter,
                                   c.sent_in,
                                   "60",
                                   c.max_events,
                                   c.max_age,
                                   "{rill}:key:",
                                   "60",
                                   std::to_string(c.events.size())};
    for (const auto& key : c.events) {
        words.insert(words.end(), {"2", key, "d", "x"});
    }
    return server.command(words);
}

struct state
{
    std::uint64_t epoch = 0;
    std::uint64_t last = 0;
    std::uint64_t first = 0;
    std::string known;
};

state call_state(const redis_server& server, const call& c)
{
    const auto answer = run(server, c);
    state parsed;
    std::istringstream in(answer);
    in >> parsed.epoch >> parsed.last >> parsed.first;
    BOOST_REQUIRE_MESSAGE(!in.fail(), answer);
    in.ignore();
    std::getline(in, parsed.known);
    return parsed;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_first_call_begins_an_epoch)
{
    const redis_server server;
    const auto first = call_state(server, {});
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
    BOOST_TEST(first.epoch > (seconds - 60) * 1'000'000);
    BOOST_TEST(first.epoch < (seconds + 60) * 1'000'000);
    BOOST_TEST(first.last == first.epoch);
    BOOST_TEST(call_state(server, {}).epoch == first.epoch);
    BOOST_TEST(server.command({"XLEN", "rill"}) == "1");
}

BOOST_AUTO_TEST_CASE(a_restart_begins_an_epoch)
{
    redis_server server({.is_persistent = true});
    const auto before = call_state(server, {.events = {"", ""}});
    server.stop();
    server.start();
    const auto after = call_state(server, {.known = before.epoch, .highest = before.last});
    BOOST_TEST(after.epoch > before.last + 1);
    // The record of the batch has survived together with its events.
    const auto same = call_state(
        server,
        {.known = before.epoch, .highest = before.last, .sent_in = std::to_string(before.epoch), .events = {"", ""}});
    BOOST_TEST(same.first == before.first);
    BOOST_TEST(same.epoch == after.epoch);
    // This batch is unknown, and its first attempt was in the older epoch.
    const auto lost = run(server, {.known = after.epoch,
                                   .highest = after.last,
                                   .counter = "2",
                                   .sent_in = std::to_string(before.epoch),
                                   .events = {""}});
    BOOST_TEST(lost.starts_with("RILLLOST"), lost);
}

BOOST_AUTO_TEST_CASE(removed_keys_begin_an_epoch)
{
    const redis_server server;
    const auto before = call_state(server, {.events = {"", "", ""}});
    BOOST_TEST(server.command({"FLUSHALL"}) == "OK");
    const auto after = call_state(server, {.known = before.epoch, .highest = before.last});
    BOOST_TEST(after.epoch > before.last + 1);
    // Only the state is removed: the number continues after the stream.
    BOOST_TEST(server.command({"DEL", "{rill}:s"}) == "1");
    BOOST_TEST(call_state(server, {}).epoch > after.last + 1);
}

BOOST_AUTO_TEST_CASE(a_server_with_lower_numbers_has_lost_events)
{
    const redis_server server;
    const auto before = call_state(server, {.events = {""}});
    const auto after = call_state(server, {.known = before.epoch, .highest = before.last + 5});
    BOOST_TEST(after.epoch > before.last + 6);
}

BOOST_AUTO_TEST_CASE(numbers_that_a_replaced_primary_assigned_begin_an_epoch)
{
    const redis_server server;
    const auto first = call_state(server, {.events = {""}});
    // A node has got numbers of an older epoch from another server.
    const auto old = first.epoch - 1'000'000;
    const auto second = call_state(server, {.known = old, .highest = old + 50});
    BOOST_TEST(second.epoch > first.last);
    // The gap of this epoch covers what other nodes have got in the same epoch, up to the same number.
    BOOST_TEST(call_state(server, {.known = old, .highest = old + 50}).epoch == second.epoch);
    BOOST_TEST(call_state(server, {.known = old, .highest = old + 49}).epoch == second.epoch);
    BOOST_TEST(call_state(server, {.known = first.epoch, .highest = first.last}).epoch == second.epoch);
    BOOST_TEST(call_state(server, {.known = second.epoch, .highest = second.last}).epoch == second.epoch);
    const auto third = call_state(server, {.known = old, .highest = old + 51});
    BOOST_TEST(third.epoch > second.epoch);
    for (const auto& [known, highest] : {std::pair(old, old + 51), std::pair(first.epoch, first.last),
                                         std::pair(second.epoch, second.last), std::pair(third.epoch, third.last)})
    {
        BOOST_TEST(call_state(server, {.known = known, .highest = highest}).epoch == third.epoch);
    }
}

BOOST_AUTO_TEST_CASE(two_servers_with_the_same_data_begin_different_epochs)
{
    const redis_server one;
    const redis_server two;
    const auto last = std::to_string(call_state(one, {}).last + 100'000'000);
    for (const auto* server : {&one, &two}) {
        server->command({"HSET", "{rill}:s", "epoch", last, "last", last, "replid", "of their primary"});
    }
    BOOST_TEST(call_state(one, {}).epoch != call_state(two, {}).epoch);
}

BOOST_AUTO_TEST_CASE(the_server_remembers_how_far_its_last_epochs_were_known)
{
    redis_server server({.is_persistent = true});
    auto at = call_state(server, {.events = {""}});
    const auto first = at;
    for (int i = 0; i != 3; ++i) {
        server.stop();
        server.start();
        at = call_state(server, {.known = at.epoch, .highest = at.last + 7});
    }
    // No epoch begins for a node that was away for three epochs and has got nothing that is lost.
    BOOST_TEST(call_state(server, {.known = first.epoch, .highest = first.last + 7}).epoch == at.epoch);
    BOOST_TEST(call_state(server, {.known = first.epoch, .highest = first.last + 8}).epoch > at.epoch);
}

BOOST_AUTO_TEST_CASE(a_server_with_an_older_epoch_is_refused_at_first)
{
    const redis_server server;
    const auto before = call_state(server, {});
    const auto newer = before.epoch + 100'000'000'000;
    const auto refused = run(server, {.known = newer, .highest = newer});
    BOOST_TEST(refused.starts_with("RILLOUTDATED"), refused);
    BOOST_TEST(call_state(server, {}).epoch == before.epoch);
    const auto accepted = call_state(server, {.known = newer, .highest = newer, .accept_older = "1"});
    BOOST_TEST(accepted.epoch > newer + 1);
}

BOOST_AUTO_TEST_CASE(an_idempotency_key_is_known_within_a_batch_and_later)
{
    const redis_server server;
    const auto first = call_state(server, {.events = {"k", "", "k"}});
    BOOST_TEST(first.known == "2=" + std::to_string(first.first));
    BOOST_TEST(first.last == first.first + 1);
    const auto second = call_state(server, {.counter = "2", .events = {"k"}});
    BOOST_TEST(second.first == 0U);
    BOOST_TEST(second.known == "0=" + std::to_string(first.first));
    BOOST_TEST(server.command({"XLEN", "rill"}) == "3");
}

BOOST_AUTO_TEST_CASE(an_entry_of_another_program_begins_an_epoch)
{
    const redis_server server;
    const auto before = call_state(server, {.events = {""}});
    const auto foreign = before.last + 100;
    server.command({"XADD", "rill", std::to_string(foreign) + "-7", "a", "b"});
    const auto after =
        call_state(server, {.known = before.epoch, .highest = before.last, .counter = "2", .events = {"", ""}});
    BOOST_TEST(after.epoch > foreign);
    BOOST_TEST(after.first == after.epoch + 1);
    BOOST_TEST(after.last == after.epoch + 2);
}

BOOST_AUTO_TEST_CASE(old_events_are_trimmed_by_number)
{
    const redis_server server({.config = "stream-node-max-entries 10"});
    for (int i = 0; i != 10; ++i) {
        call_state(server, {.counter = std::to_string(i), .max_events = "30", .events = std::vector<std::string>(10)});
    }
    const auto length = std::stoi(server.command({"XLEN", "rill"}));
    BOOST_TEST(length >= 30);
    BOOST_TEST(length <= 40);
}

BOOST_AUTO_TEST_CASE(old_events_are_trimmed_by_age)
{
    const redis_server server({.config = "stream-node-max-entries 10"});
    call_state(server, {.max_age = "1000", .events = std::vector<std::string>(50)}); // 1 ms
    BOOST_TEST(eventually([&] {
        call_state(server, {.max_age = "1000"});
        return std::stoi(server.command({"XLEN", "rill"})) <= 10;
    }));
    BOOST_TEST(std::stoi(server.command({"LLEN", "{rill}:a"})) <= 101);
}

BOOST_AUTO_TEST_CASE(a_replica_is_refused)
{
    const redis_server primary;
    const redis_server replica({.config = "replicaof 127.0.0.1 " + std::to_string(primary.port())});
    const auto answer = run(replica, {});
    BOOST_TEST(answer.starts_with("READONLY"), answer);
}

BOOST_AUTO_TEST_SUITE_END()
