// Tests the table of docs/reference/compiler-traps.md. The recommended code is correct with every compiler. The code
// that the page warns of still fails with the compiler that the page names.

#include <array>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <optional>
#include <rill/core/awaitable.hpp>
#include <rill/core/interval.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/manual_loop.hpp"

using namespace std::chrono_literals;
using rill::awaitable;
using rill_test::manual_loop;

BOOST_AUTO_TEST_SUITE(compiler_traps_test)

namespace {

std::set<const void*> alive;
int destroyed_twice = 0;

/// Counts double destructions and frees nothing, so that a wrong program can continue. Each correct case also has a
/// string.
struct counted
{
    explicit counted(int number) : value(number) { alive.insert(this); }
    counted(const counted& other) : value(other.value) { alive.insert(this); }
    counted(counted&& other) noexcept : value(other.value) { alive.insert(this); }
    counted& operator=(const counted&) = delete;
    counted& operator=(counted&&) = delete;
    ~counted() { destroyed_twice += alive.erase(this) == 0 ? 1 : 0; }

    int value;
};

/// A typical struct of a user: no constructor, and a member with a destructor.
struct order
{
    counted item;
    std::string text{};
    int count = 0;
};

class with_constructor
{
public:
    explicit with_constructor(counted item, std::string text) : item_(std::move(item)), text_(std::move(text)) {}
    int value() const { return item_.value; }

private:
    counted item_;
    std::string text_;
};

const std::string longer(100, 'x'); // on the heap, where AddressSanitizer checks it

counted make_counted()
{
    return counted(1);
}

order make_order()
{
    return {counted(1), longer, 2};
}

int count_of(const order& o)
{
    return o.count;
}

/// A coroutine to await. It suspends, and its arguments must exist until it returns.
template <class Argument>
awaitable<int> uses(const Argument&)
{
    co_await rill::sleep_for(1ms);
    co_return 1;
}

template <class Argument>
awaitable<int> owns(Argument)
{
    co_await rill::sleep_for(1ms);
    co_return 1;
}

[[maybe_unused]] awaitable<counted> later()
{
    co_await rill::sleep_for(1ms);
    co_return counted(3);
}

int twice(awaitable<> body)
{
    alive.clear();
    destroyed_twice = 0;
    manual_loop loop;
    manual_loop::outcome end;
    loop.start(std::move(body), end);
    loop.pass(100ms);
    BOOST_TEST(end.done);
    BOOST_TEST(!end.error);
    return destroyed_twice;
}

void right(awaitable<> body)
{
    BOOST_TEST(twice(std::move(body)) == 0);
    BOOST_TEST(alive.empty());
}

// ---- recommended code

awaitable<> named_aggregate()
{
    const order tea{counted(1), longer, 2};
    co_await uses(tea);
    co_await uses(count_of(tea));
}

awaitable<> copy_and_move_of_a_named_aggregate()
{
    order tea{counted(1), longer, 2};
    co_await owns(tea);
    co_await owns(std::move(tea));
}

awaitable<> function_that_returns_an_aggregate()
{
    co_await uses(make_order());
    co_await owns(make_order());
    co_await uses(count_of(make_order()));
}

awaitable<> constructor_calls()
{
    co_await uses(counted(1));
    co_await uses(with_constructor(counted(1), longer));
    co_await owns(with_constructor{counted(1), longer});
    co_await uses(std::make_pair(counted(1), longer));
    co_await uses(std::optional(counted(1)));
    co_await uses(longer + std::to_string(1) + longer);
}

awaitable<> condition_on_a_line_of_its_own(bool first)
{
    const counted chosen = first ? counted(1) : make_counted();
    co_await uses(chosen);
    const std::string text = first ? longer : "short";
    co_await uses(text);
    co_await uses(std::string(first ? "one" : "other")); // the condition selects a pointer, not an object
}

awaitable<> if_in_place_of_a_condition(bool first)
{
    if (first) {
        co_await uses(counted(1));
    } else {
        co_await uses(make_counted());
    }
}

awaitable<> lambda_by_reference()
{
    const counted item(1);
    const std::string text = longer;
    co_await owns([&] { return item.value + static_cast<int>(text.size()); });
    co_await uses([&item, n = 2] { return item.value + n; });
}

awaitable<> named_lambda()
{
    const auto body = [item = counted(1), text = longer] { return item.value + static_cast<int>(text.size()); };
    co_await owns(body);
    co_await owns(std::ref(body));
    auto moved = body;
    co_await owns(std::move(moved));
}

awaitable<> named_list()
{
    const std::vector<std::string> names{"a", longer};
    co_await uses(names);
    const std::array<counted, 2> pair{counted(1), counted(2)};
    co_await uses(pair);
}

awaitable<> awaited_on_a_line_of_its_own()
{
    const int count = co_await uses(1);
    const order tea{counted(1), longer, count};
    BOOST_TEST(count_of(order{counted(1), longer, count}) == 1); // no co_await in this expression
    co_await uses(tea);
}

awaitable<order> co_return_of_an_aggregate()
{
    co_await uses(1);
    co_return order{counted(1), longer, 2};
}

awaitable<int> co_return_of_a_call_with_an_aggregate(bool first)
{
    co_await uses(1);
    co_return count_of(first ? order{counted(1), longer, 2} : make_order());
}

awaitable<> what_co_return_gives()
{
    const auto tea = co_await co_return_of_an_aggregate();
    BOOST_TEST(tea.text == longer);
    const auto count = co_await co_return_of_a_call_with_an_aggregate(true);
    BOOST_TEST(count == 2);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_recommended_code_is_correct)
{
    right(named_aggregate());
    right(copy_and_move_of_a_named_aggregate());
    right(function_that_returns_an_aggregate());
    right(constructor_calls());
    right(condition_on_a_line_of_its_own(true));
    right(condition_on_a_line_of_its_own(false));
    right(if_in_place_of_a_condition(true));
    right(if_in_place_of_a_condition(false));
    right(lambda_by_reference());
    right(named_lambda());
    right(named_list());
    right(awaited_on_a_line_of_its_own());
    right(what_co_return_gives());
}

namespace {

int calls = 0;

awaitable<bool> no()
{
    co_await rill::sleep_for(1ms);
    co_return false;
}

awaitable<bool> also()
{
    ++calls;
    co_await rill::sleep_for(1ms);
    co_return true;
}

awaitable<> conditions_on_a_line_of_their_own()
{
    for (;;) {
        const bool first = co_await no();
        if (!first) {
            break;
        }
        const bool second = co_await also();
        if (!second) {
            break;
        }
    }
    if (co_await no() && co_await also()) { // correct in an if, if the function has a local variable
        ++calls;
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(a_loop_that_awaits_its_conditions_one_by_one_is_correct)
{
    calls = 0;
    right(conditions_on_a_line_of_their_own());
    BOOST_TEST(calls == 0);
}

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ == 12 && __GNUC_MINOR__ == 2

namespace {

struct counted_order // without a string, whose second destruction would end the program
{
    counted item;
    int count = 0;
};

int count_of(const counted_order& o)
{
    return o.count;
}

awaitable<> aggregate()
{
    co_await uses(counted_order{counted(1)});
}

awaitable<> aggregate_in_an_inner_call()
{
    co_await uses(count_of(counted_order{counted(1)}));
}

awaitable<> aggregate_beside()
{
    const auto sum = count_of(counted_order{counted(1)}) + co_await uses(1);
    BOOST_TEST(sum == 1);
}

awaitable<> await_in_an_aggregate()
{
    const counted_order tea{.item = counted(1), .count = co_await uses(1)};
    BOOST_TEST(tea.count == 1);
}

awaitable<> condition()
{
    co_await uses(alive.empty() ? counted(1) : counted(2));
}

awaitable<> await_in_a_condition()
{
    const counted item = alive.empty() ? co_await later() : counted(2);
    BOOST_TEST(item.value == 3);
}

awaitable<> owning_lambda()
{
    const counted item(1);
    co_await owns([item] { return item.value; });
}

awaitable<> both_sides_of_and()
{
    int turns = 0;
    while (co_await no() && co_await also()) {
        ++turns;
    }
    BOOST_TEST(turns == 0);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_code_that_the_guide_warns_of_fails_with_this_compiler)
{
    BOOST_TEST(twice(aggregate()) == 1);
    BOOST_TEST(twice(aggregate_in_an_inner_call()) == 1);
    BOOST_TEST(twice(aggregate_beside()) == 1);
    BOOST_TEST(twice(await_in_an_aggregate()) == 1);
    BOOST_TEST(twice(condition()) == 1);
    BOOST_TEST(twice(await_in_a_condition()) == 1);
    BOOST_TEST(twice(owning_lambda()) == 1);
    calls = 0;
    right(both_sides_of_and());
    BOOST_TEST(calls == 1);
}

#endif

BOOST_AUTO_TEST_SUITE_END()
