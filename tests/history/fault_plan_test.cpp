#include "history/fault_plan.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

using namespace history;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(history_fault_plan_test)

namespace {

plan_options options(std::uint64_t seed)
{
    return {.seed = seed, .time = 60s, .log_faults = {{"stop", 100ms, 500ms}, {"kill", 200ms, 900ms}, {"cut", 1s, 1s}}};
}

} // namespace

BOOST_AUTO_TEST_CASE(a_seed_always_has_the_same_plan)
{
    std::set<std::string> plans;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const auto text = to_text(make_plan(options(seed)));
        BOOST_TEST(text == to_text(make_plan(options(seed))));
        plans.insert(text);
    }
    BOOST_TEST(plans.size() == 20U);
}

BOOST_AUTO_TEST_CASE(faults_of_one_target_do_not_overlap_and_end_in_time)
{
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        std::map<bool, milliseconds> free;
        milliseconds last{0};
        for (const auto& f : make_plan(options(seed))) {
            BOOST_TEST((f.begin >= last));
            BOOST_TEST((f.begin > free[f.is_node]));
            BOOST_TEST((f.end >= f.begin));
            BOOST_TEST((f.end < 54s));
            last = f.begin;
            free[f.is_node] = f.end;
        }
        BOOST_TEST(free.size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(each_kind_occurs_before_one_occurs_again)
{
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        std::map<std::string, int> times;
        for (const auto& f : make_plan(options(seed))) {
            if (!f.is_node) {
                ++times[f.name];
                BOOST_TEST(times[f.name] <= std::min({times["stop"], times["kill"], times["cut"]}) + 1);
            }
        }
        BOOST_TEST(times["cut"] > 1);
    }
}

BOOST_AUTO_TEST_CASE(faults_can_be_excluded)
{
    auto o = options(1);
    o.kills_nodes = false;
    o.log_faults.clear();
    BOOST_TEST(make_plan(o).empty());
}

BOOST_AUTO_TEST_SUITE_END()
