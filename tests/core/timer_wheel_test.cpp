#include "core/timer_wheel.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <utility>
#include <vector>

using rill::timer_node;
using rill::detail::timer_list;
using rill::detail::timer_wheel;

BOOST_AUTO_TEST_SUITE(timer_wheel_test)

namespace {

constexpr std::uint64_t never = UINT64_MAX;

struct due_node : timer_node
{
    std::uint64_t due = never; // never: not in the wheel
};

// A wheel and its model. The model sorts the nodes by tick, and the nodes of one tick in the order of their addition.
struct wheel_and_model
{
    std::unique_ptr<timer_wheel> wheel = std::make_unique<timer_wheel>(); // 70 KB
    std::multimap<std::uint64_t, due_node*> model;
    std::vector<due_node*> came;

    void add(due_node& node, std::uint64_t tick)
    {
        node.due = tick;
        model.emplace(tick, &node);
        wheel->add(node, tick);
    }

    void unlink(due_node& node)
    {
        node.unlink();
        const auto [first, last] = model.equal_range(node.due);
        model.erase(std::find_if(first, last, [&](const auto& each) { return each.second == &node; }));
        node.due = never;
    }

    // Advances the wheel as its owner does.
    void go_to(std::uint64_t tick)
    {
        came.clear();
        for (auto next = wheel->next(); next.tick <= tick && next.tick != never; next = wheel->next()) {
            BOOST_REQUIRE_GE(next.tick, wheel->current());
            wheel->go_to(next.tick);
            auto& nodes = wheel->nodes(next);
            while (!nodes.empty()) {
                auto& node = static_cast<due_node&>(nodes.front());
                node.unlink();
                if (next.level != 0) {
                    BOOST_REQUIRE_GE(node.due, next.tick);
                    wheel->add(node, node.due);
                } else {
                    BOOST_REQUIRE_EQUAL(node.due, next.tick);
                    came.push_back(&node);
                }
            }
            wheel->emptied(next);
        }
        wheel->go_to(tick);
        check_what_came(tick);
    }

    // next() still returns slots whose nodes were unlinked. They are empty.
    void check_empty()
    {
        for (auto next = wheel->next(); next.tick != never; next = wheel->next()) {
            BOOST_REQUIRE(wheel->nodes(next).empty());
            wheel->emptied(next);
        }
    }

    void check_what_came(std::uint64_t tick)
    {
        const auto last = model.upper_bound(tick);
        BOOST_REQUIRE_EQUAL(came.size(), static_cast<std::size_t>(std::distance(model.begin(), last)));
        std::set<due_node*> wanted;
        std::for_each(model.begin(), last, [&](const auto& each) { wanted.insert(each.second); });
        std::uint64_t before = 0;
        for (auto* node : came) {
            BOOST_REQUIRE_EQUAL(wanted.erase(node), 1);
            BOOST_REQUIRE_GE(node->due, before);
            before = std::exchange(node->due, never);
        }
        model.erase(model.begin(), last);
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(an_empty_wheel_has_no_next_slot)
{
    wheel_and_model both;
    BOOST_CHECK_EQUAL(both.wheel->next().tick, never);
    both.go_to(123'456'789);
    BOOST_CHECK_EQUAL(both.wheel->next().tick, never);
    BOOST_CHECK_EQUAL(both.wheel->current(), 123'456'789);
}

BOOST_AUTO_TEST_CASE(nodes_of_one_tick_fire_in_the_order_they_were_added)
{
    wheel_and_model both;
    std::vector<due_node> nodes(5);
    for (auto& node : nodes) {
        both.add(node, 7);
    }
    both.go_to(6);
    BOOST_CHECK(both.came.empty());
    both.go_to(7);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        BOOST_CHECK_EQUAL(both.came[i], &nodes[i]);
    }
}

BOOST_AUTO_TEST_CASE(every_distance_of_every_level_from_both_sides_of_its_boundary)
{
    // Some of these ticks are at the boundaries of the high levels.
    for (const std::uint64_t from : {0ULL, 1ULL, 4095ULL, 262'143ULL, (1ULL << 30) - 1, (1ULL << 46) + 5}) {
        wheel_and_model both;
        both.go_to(from);
        std::vector<due_node> nodes(3 * 47);
        auto node = nodes.begin();
        for (unsigned bits = 0; bits < 47; ++bits) {
            const auto distance = std::uint64_t{1} << bits;
            for (const auto tick : {from + distance - 1, from + distance, from + distance + 1}) {
                both.add(*node++, tick);
            }
        }
        while (!both.model.empty()) {
            const auto due = both.model.begin()->first;
            if (due > both.wheel->current()) {
                both.go_to(due - 1);
                BOOST_REQUIRE(both.came.empty());
            }
            both.go_to(due);
            BOOST_REQUIRE(!both.came.empty());
        }
        BOOST_CHECK_EQUAL(both.wheel->next().tick, never);
    }
}

BOOST_AUTO_TEST_CASE(agrees_with_a_sorted_list_at_random)
{
    std::mt19937_64 random(20261125);
    const auto up_to = [&](unsigned bits) { return random() & ((std::uint64_t{1} << bits) - 1); };
    wheel_and_model both;
    std::vector<due_node> nodes(300);
    for (int step = 0; step < 60'000; ++step) {
        auto& node = nodes[random() % nodes.size()];
        if (node.due == never) {
            both.add(node, both.wheel->current() + up_to(static_cast<unsigned>(random() % 40)));
        } else if (random() % 3 == 0) {
            both.unlink(node);
        }
        if (random() % 8 == 0) {
            both.go_to(both.wheel->current() + up_to(static_cast<unsigned>(random() % 24)));
        }
    }
    while (!both.model.empty()) {
        both.go_to(both.model.begin()->first);
    }
    both.check_empty();
}

BOOST_AUTO_TEST_CASE(next_returns_an_empty_slot_until_emptied_is_called)
{
    wheel_and_model both;
    due_node node;
    both.add(node, 100'000);
    both.unlink(node);
    BOOST_CHECK_NE(both.wheel->next().tick, never);
    both.check_empty();
}

BOOST_AUTO_TEST_CASE(all_nodes_move_to_another_list)
{
    wheel_and_model both;
    std::vector<due_node> nodes(40);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        both.add(nodes[i], std::uint64_t{1} << i);
    }
    timer_list all;
    both.wheel->move_all(all);
    std::size_t count = 0;
    for (; !all.empty(); ++count) {
        all.front().unlink();
    }
    BOOST_CHECK_EQUAL(count, nodes.size());
    BOOST_CHECK(std::ranges::none_of(nodes, &timer_node::linked));
    both.check_empty();
}

BOOST_AUTO_TEST_SUITE_END()
