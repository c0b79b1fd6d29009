#include "testing/backplane_contract/append_call.hpp"

#include <boost/test/unit_test.hpp>

using rill::pubsub::backplane;
using rill::pubsub::event_draft;

BOOST_AUTO_TEST_SUITE(append_call_test)

using namespace rill::testing::contract;

namespace {

/// A log that does what the test wants.
struct scripted_log final : backplane
{
    rill::result<rill::pubsub::log_id> returned{rill::pubsub::log_id()};
    appended kept;

    rill::result<rill::pubsub::log_id> append(event_draft, const append_options&, appended done) override
    {
        kept = std::move(done);
        return returned;
    }
    void tail(reader&, const tail_options&) override {}
    void stop(reader&) override {}
};

append_pointer start(scripted_log& log)
{
    return append_call::start(log, *event_draft::make({.data = "d"}, "t"));
}

constexpr std::chrono::milliseconds no_time{0};

} // namespace

BOOST_AUTO_TEST_CASE(outcomes)
{
    scripted_log log;
    const auto later = start(log);
    BOOST_TEST((later->wait(no_time) == verdict::pending));
    log.kept("7");
    BOOST_TEST((later->outcome() == verdict::acknowledged));
    BOOST_TEST(later->id() == "7");
    BOOST_TEST(later->violation() == "");
    const auto unknown = start(log);
    log.kept(tl::unexpected(make_error_code(rill::error::outcome_unknown)));
    BOOST_TEST((unknown->outcome() == verdict::unknown));
    const auto refused = start(log);
    log.kept(tl::unexpected(make_error_code(rill::error::log_unavailable)));
    BOOST_TEST((refused->outcome() == verdict::refused));
    log.returned = "8";
    const auto at_once = start(log);
    log.kept = nullptr;
    BOOST_TEST((at_once->outcome() == verdict::acknowledged));
    BOOST_TEST(at_once->violation() == "");
    BOOST_TEST(later->ended_before(*at_once));
    BOOST_TEST(!at_once->ended_before(*later));
    BOOST_TEST(later->ended_first(*at_once));
}

BOOST_AUTO_TEST_CASE(done_is_called_once)
{
    scripted_log log;
    const auto twice = start(log);
    log.kept("7");
    log.kept("7");
    BOOST_TEST(twice->violation().find("came 2 calls") != std::string::npos);
    log.returned = "8";
    const auto both = start(log);
    log.kept("8");
    BOOST_TEST(both->violation().find("after append() has returned the outcome") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(done_is_destroyed_only_with_its_log)
{
    scripted_log log;
    const auto lost = start(log);
    log.kept = nullptr;
    BOOST_TEST(lost->was_destroyed());
    BOOST_TEST((lost->outcome() == verdict::unknown));
    BOOST_TEST(lost->violation().find("destruction") != std::string::npos);
    const auto ended = start(log);
    ended->mark_log_closing();
    log.kept = nullptr;
    BOOST_TEST(ended->violation() == "");
    const auto late = start(log);
    late->mark_log_closing();
    late->mark_log_destroyed();
    log.kept("9");
    BOOST_TEST(late->violation().find("after the destructor") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
