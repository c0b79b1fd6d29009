#include "pubsub/presence_roster.hpp"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <random>

BOOST_AUTO_TEST_SUITE(presence_roster_test)

namespace {

using namespace rill::pubsub::detail;
using texts = std::vector<std::string>;

/// Nodes that exchange messages in one order. The test decides which messages are lost.
struct network
{
    explicit network(std::size_t count, roster_limits limits = {})
    {
        for (std::size_t i = 0; i < count; ++i) {
            start(limits);
        }
    }

    presence_roster& start(roster_limits limits = {})
    {
        nodes.emplace_back("n" + std::to_string(nodes.size()), limits);
        return nodes.back();
    }

    /// Publishes the messages of a node. The others do not receive them if they are lost.
    std::size_t publish(presence_roster& from, bool are_lost = false)
    {
        auto messages = from.take_messages();
        for (auto& message : messages) {
            if (!are_lost) {
                log.push_back(std::move(message));
            }
        }
        return messages.size();
    }

    /// Delivers the messages, and publishes the answers, until nothing changes.
    void settle()
    {
        do {
            for (auto& node : nodes) {
                publish(node);
            }
            for (; !log.empty(); log.pop_front()) {
                for (auto& node : nodes) {
                    if (&node != dead) {
                        node.on_message(log.front());
                    }
                }
                ++delivered;
            }
        } while (std::any_of(nodes.begin(), nodes.end(), [this](presence_roster& node) {
            (void)node.take_changed();
            return &node != dead && node.has_work();
        }));
    }

    void tick()
    {
        for (auto& node : nodes) {
            if (&node != dead) {
                node.tick();
            }
        }
        settle();
    }

    bool all_list(std::string_view topic, const texts& names)
    {
        return std::all_of(nodes.begin(), nodes.end(),
                           [&](presence_roster& node) { return &node == dead || node.names(topic) == names; });
    }

    std::deque<presence_roster> nodes;
    std::deque<presence_message> log;
    const presence_roster* dead = nullptr;
    std::size_t delivered = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(all_nodes_list_all_names)
{
    network n(3);
    n.nodes[0].enter("a", "ada");
    n.nodes[1].enter("a", "bob");
    n.nodes[1].enter("b", "ada");
    n.settle();
    BOOST_TEST(n.all_list("a", {"ada", "bob"}));
    BOOST_TEST(n.all_list("b", {"ada"}));
    BOOST_TEST(n.nodes[2].topics() == texts({"a", "b"}));
    n.nodes[0].leave("a", "ada");
    n.nodes[2].enter("a", "cyd");
    n.settle();
    BOOST_TEST(n.all_list("a", {"bob", "cyd"}));
}

BOOST_AUTO_TEST_CASE(a_name_on_two_nodes_is_listed_once)
{
    network n(2);
    n.settle();
    n.nodes[0].enter("a", "ada");
    n.settle();
    n.nodes[1].enter("a", "ada");
    BOOST_TEST(n.nodes[1].take_changed().empty());
    n.settle();
    BOOST_TEST(n.all_list("a", {"ada"}));
    n.nodes[0].leave("a", "ada");
    n.settle();
    BOOST_TEST(n.all_list("a", {"ada"}));
    n.nodes[1].leave("a", "ada");
    n.settle();
    BOOST_TEST(n.all_list("a", {}));
}

BOOST_AUTO_TEST_CASE(a_late_node_gets_all_names)
{
    network n(2, {.max_message_bytes = 40}); // the snapshot needs several messages
    for (int i = 0; i < 50; ++i) {
        n.nodes[0].enter("a", "user" + std::to_string(100 + i));
    }
    n.settle();
    auto& late = n.start();
    n.settle();
    BOOST_TEST(late.names("a").size() == 50U);
    BOOST_TEST((late.names("a") == n.nodes[0].names("a")));
}

BOOST_AUTO_TEST_CASE(a_node_ignores_messages_before_its_hello)
{
    presence_roster node("self", {});
    node.on_message({.node = "old", .kind = presence_kind::change, .version = 1, .added = {{"a", "ghost"}}});
    BOOST_TEST(node.names("a").empty());
    const auto first = node.take_messages();
    BOOST_REQUIRE(!first.empty());
    BOOST_TEST((first.front().kind == presence_kind::hello));
    node.on_message(first.front());
    node.on_message({.node = "new", .kind = presence_kind::change, .version = 1, .added = {{"a", "ada"}}});
    BOOST_TEST(node.names("a") == texts({"ada"}));
    node.begin(); // a new subscription
    node.on_message({.node = "old", .kind = presence_kind::change, .version = 1, .added = {{"a", "ghost"}}});
    BOOST_TEST(node.names("a") == texts({"ada"}));
}

BOOST_AUTO_TEST_CASE(a_node_without_its_hello_repeats_it)
{
    presence_roster node("self", {});
    BOOST_TEST((node.take_messages().front().kind == presence_kind::hello)); // is lost
    node.tick();
    const auto again = node.take_messages();
    BOOST_TEST((again.front().kind == presence_kind::hello));
    node.on_message(again.front());
    node.tick();
    BOOST_TEST((node.take_messages().front().kind == presence_kind::alive));
}

BOOST_AUTO_TEST_CASE(the_names_of_a_dead_node_expire)
{
    network n(2);
    n.nodes[0].enter("a", "ada");
    n.nodes[1].enter("a", "bob");
    n.settle();
    n.dead = &n.nodes[0];
    for (int i = 0; i < 3; ++i) {
        n.tick();
        BOOST_TEST(n.all_list("a", {"ada", "bob"}));
    }
    n.nodes[1].tick();
    BOOST_TEST(n.nodes[1].take_changed() == texts({"a"}));
    BOOST_TEST(n.all_list("a", {"bob"}));
}

BOOST_AUTO_TEST_CASE(a_live_node_does_not_expire)
{
    network n(3);
    n.nodes[0].enter("a", "ada");
    for (int i = 0; i < 20; ++i) {
        n.tick();
    }
    BOOST_TEST(n.all_list("a", {"ada"}));
}

BOOST_AUTO_TEST_CASE(the_farewell_of_a_node_removes_its_names)
{
    network n(2);
    n.nodes[0].enter("a", "ada");
    n.settle();
    n.nodes[1].on_message(n.nodes[0].farewell());
    BOOST_TEST(n.nodes[1].names("a").empty());
    n.nodes[1].on_message({.node = "unknown", .kind = presence_kind::bye});
    BOOST_TEST(n.nodes[0].names("a") == texts({"ada"}));
}

BOOST_AUTO_TEST_CASE(a_node_that_has_missed_a_change_gets_a_snapshot)
{
    network n(2);
    n.nodes[0].enter("a", "ada");
    n.nodes[0].enter("a", "bob");
    n.settle();
    n.nodes[0].leave("a", "ada");
    BOOST_TEST(n.publish(n.nodes[0], true) == 1U);
    n.settle();
    BOOST_TEST(n.nodes[1].names("a") == texts({"ada", "bob"}));
    n.tick(); // a sign of life shows the other version
    BOOST_TEST(n.all_list("a", {"bob"}));
    n.nodes[0].leave("a", "bob");
    n.publish(n.nodes[0], true);
    n.nodes[0].enter("a", "cyd");
    n.settle(); // the next change shows it
    BOOST_TEST(n.all_list("a", {"cyd"}));
}

BOOST_AUTO_TEST_CASE(after_a_gap_all_names_are_requested)
{
    network n(3);
    n.nodes[0].enter("a", "ada");
    n.settle();
    n.nodes[0].enter("a", "bob");
    n.nodes[1].enter("a", "cyd");
    n.publish(n.nodes[0], true);
    n.publish(n.nodes[1], true);
    n.nodes[2].on_gap();
    n.settle();
    BOOST_TEST(n.nodes[2].names("a") == texts({"ada", "bob", "cyd"}));
}

BOOST_AUTO_TEST_CASE(an_entry_that_flaps_causes_one_message)
{
    network n(2);
    n.settle();
    for (int i = 0; i < 100; ++i) {
        n.nodes[0].enter("a", "ada");
        n.nodes[0].leave("a", "ada");
    }
    n.nodes[0].enter("a", "ada");
    BOOST_TEST(n.nodes[0].take_messages().size() == 1U);
    BOOST_TEST(n.nodes[0].take_changed() == texts({"a"}));
    BOOST_TEST(!n.nodes[0].has_work());
}

BOOST_AUTO_TEST_CASE(the_numbers_of_names_and_nodes_are_bounded)
{
    presence_roster node("self", {.max_names = 2, .max_nodes = 2});
    node.on_message(node.take_messages().front());
    BOOST_TEST(node.enter("a", "own1"));
    BOOST_TEST(node.enter("a", "own2"));
    BOOST_TEST(node.enter("a", "own2"));
    BOOST_TEST(!node.enter("a", "own3"));
    BOOST_TEST(!node.enter("b", "own1"));
    for (const auto* other : {"n1", "n2", "n3"}) {
        presence_message change{.node = other, .kind = presence_kind::change, .version = 1};
        change.begins_snapshot = change.ends_snapshot = true;
        for (int i = 0; i < 5; ++i) {
            change.added.push_back({"b", other + std::to_string(i)});
        }
        node.on_message(change);
        change.begins_snapshot = change.ends_snapshot = false;
        ++change.version;
        change.added = {{"b", std::string(other) + "more"}};
        node.on_message(change);
    }
    BOOST_TEST(node.names("b") == texts({"n10", "n11", "n20", "n21"}));
}

BOOST_AUTO_TEST_CASE(random_losses_heal)
{
    std::mt19937 random(1);
    network n(4, {.max_message_bytes = 30});
    n.settle();
    for (int round = 0; round < 300; ++round) {
        auto& node = n.nodes[random() % n.nodes.size()];
        const auto name = "u" + std::to_string(random() % 20);
        if (random() % 2 == 0) {
            node.enter("a", name);
        } else {
            node.leave("a", name);
        }
        for (auto message : node.take_messages()) {
            for (auto& to : n.nodes) {
                if (random() % 4 != 0) { // a fault of the log may also affect only one reader
                    to.on_message(message);
                }
            }
        }
    }
    n.tick();
    n.tick();
    const auto names = n.nodes[0].names("a");
    BOOST_TEST(!names.empty());
    BOOST_TEST(n.all_list("a", names));
}

BOOST_AUTO_TEST_SUITE_END()
