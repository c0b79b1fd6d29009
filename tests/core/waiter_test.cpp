#include <rill/core/detail/waiter.hpp>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>

using rill::error_code;
using rill::detail::waiter;

BOOST_AUTO_TEST_SUITE(waiter_test)

namespace {

// Counts its copies. A wrong count shows a leak or a double destruction.
struct counted
{
    explicit counted(int& alive) : alive_(&alive) { ++*alive_; }
    counted(counted&& other) noexcept : alive_(other.alive_) { ++*alive_; }
    ~counted() { --*alive_; }

private:
    int* alive_;
};

struct small_handler
{
    std::optional<error_code>* got;
    void operator()(error_code ec) { *got = ec; }
};

struct large_handler
{
    counted life;
    std::optional<error_code>* got;
    std::array<char, 200> weight{};
    void operator()(error_code ec) { *got = ec; }
};

struct small_counted
{
    counted life;
    int* calls;
    void operator()(error_code) { ++*calls; }
};

} // namespace

static_assert(rill::detail::handler_storage::fits<small_handler>);
static_assert(rill::detail::handler_storage::fits<small_counted>);
static_assert(!rill::detail::handler_storage::fits<large_handler>);

BOOST_AUTO_TEST_CASE(is_empty_after_construction)
{
    waiter w;
    BOOST_TEST(!w);
    w.reset();
    BOOST_TEST(!w);
}

BOOST_AUTO_TEST_CASE(completes_a_small_handler)
{
    std::optional<error_code> got;
    waiter w;
    w.emplace(small_handler{&got});
    BOOST_TEST(static_cast<bool>(w));
    BOOST_TEST(!got.has_value());
    w.complete(boost::asio::error::operation_aborted);
    BOOST_TEST(!w);
    BOOST_TEST((got == error_code(boost::asio::error::operation_aborted)));
}

BOOST_AUTO_TEST_CASE(completes_a_large_handler)
{
    int alive = 0;
    std::optional<error_code> got;
    waiter w;
    w.emplace(large_handler{counted(alive), &got});
    BOOST_TEST(alive == 1);
    w.complete({});
    BOOST_TEST((got == error_code()));
    BOOST_TEST(alive == 0);
    BOOST_TEST(!w);
}

BOOST_AUTO_TEST_CASE(reset_and_destruction_destroy_the_handler_without_a_call)
{
    int alive = 0;
    int calls = 0;
    std::optional<error_code> got;
    {
        waiter w;
        w.emplace(small_counted{counted(alive), &calls});
        BOOST_TEST(alive == 1);
        w.reset();
        BOOST_TEST(alive == 0);
        BOOST_TEST(!w);
        w.emplace(large_handler{counted(alive), &got});
        BOOST_TEST(alive == 1);
    }
    BOOST_TEST(alive == 0);
    BOOST_TEST(calls == 0);
    BOOST_TEST(!got.has_value());
}

BOOST_AUTO_TEST_CASE(a_handler_may_wait_again)
{
    waiter w;
    int calls = 0;
    struct again
    {
        waiter* w;
        int* calls;
        void operator()(error_code)
        {
            BOOST_TEST(!*w);
            if (++*calls < 3) {
                w->emplace(again{*this});
            }
        }
    };
    w.emplace(again{&w, &calls});
    while (w) {
        w.complete({});
    }
    BOOST_TEST(calls == 3);
}

BOOST_AUTO_TEST_CASE(a_handler_may_destroy_the_waiter)
{
    int alive = 0;
    auto w = std::make_unique<waiter>();
    struct small_destroyer
    {
        std::unique_ptr<waiter>* w;
        int* calls;
        void operator()(error_code)
        {
            w->reset();
            ++*calls;
        }
    };
    int calls = 0;
    w->emplace(small_destroyer{&w, &calls});
    w->complete({});
    BOOST_TEST(!w);
    BOOST_TEST(calls == 1);

    w = std::make_unique<waiter>();
    w->emplace([life = counted(alive), weight = std::array<char, 100>{}, &w, &calls](error_code) {
        w.reset();
        calls += weight[0] + 1;
    });
    w->complete({});
    BOOST_TEST(!w);
    BOOST_TEST(calls == 2);
    BOOST_TEST(alive == 0);
}

BOOST_AUTO_TEST_CASE(takes_over_the_handler_of_another_waiter)
{
    int alive = 0;
    int calls = 0;
    std::optional<error_code> got;
    {
        waiter small;
        waiter large;
        small.emplace(small_counted{counted(alive), &calls});
        large.emplace(large_handler{counted(alive), &got});
        waiter taken_small;
        waiter taken_large;
        taken_small.take_over(small);
        taken_large.take_over(large);
        BOOST_TEST((!small && !large && taken_small && taken_large));
        BOOST_TEST(alive == 2);
        taken_small.complete({});
        taken_large.complete({});
        BOOST_TEST(calls == 1);
        BOOST_TEST(got.has_value());
        taken_small.take_over(small); // a waiter without a handler
        BOOST_TEST(!taken_small);
    }
    BOOST_TEST(alive == 0);
}

BOOST_AUTO_TEST_CASE(get_returns_only_a_handler_of_the_given_type)
{
    std::optional<error_code> got;
    int alive = 0;
    int calls = 0;
    waiter w;
    BOOST_TEST((w.get<small_handler>() == nullptr));
    w.emplace(small_handler{&got});
    BOOST_REQUIRE((w.get<small_handler>() != nullptr));
    BOOST_TEST((w.get<small_handler>()->got == &got));
    BOOST_TEST((w.get<small_counted>() == nullptr));
    w.reset();
    BOOST_TEST((w.get<small_handler>() == nullptr));
    w.emplace(small_counted{counted(alive), &calls});
    BOOST_TEST((w.get<small_handler>() == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
