// Checks each cell of the tables in http1_transitions.hpp. The comment at the top of that header shows the tables.

#include "transport/http1_transitions.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(http1_transitions_test)

namespace {

using namespace rill::transport;

using table = std::vector<std::vector<std::string>>;

const std::vector<std::string> phase_names{"reading", "receiving", "handling", "responding", "streaming", "closing"};

const table next_by_phase{
    // next_request, body_follows, request_read, body_read, respond, stream, close
    {"reading", "receiving", "handling", "-", "responding", "-", "closing"},
    {"-", "-", "-", "handling", "responding", "streaming", "-"},
    {"-", "-", "-", "-", "responding", "streaming", "-"},
    {"reading", "-", "-", "-", "-", "-", "closing"},
    {"reading", "-", "-", "-", "-", "-", "closing"},
    {"-", "-", "-", "-", "-", "-", "closing"},
};

const table action_by_phase{
    // input, timer, blocked, flushed, broken, drain, abandon
    {"resume_read", "expire_read", "-", "-", "fail", "close_idle", "cancel"},
    {"resume_body", "expire_body", "-", "-", "fail", "-", "cancel"},
    {"check_peer", "check_half_close", "set_limit", "clear", "fail", "-", "cancel"},
    {"check_reset", "check_progress", "set_limit", "clear", "abort", "-", "cancel"},
    {"check_peer", "check_progress", "set_limit", "heartbeat", "fail", "end_stream", "cancel"},
    {"discard", "check_delivery", "set_limit", "close", "destroy", "-", "destroy"},
};

std::string name_of(action a)
{
    static const std::map<action, std::string> names{
        {action::none, "-"},
        {action::resume_read, "resume_read"},
        {action::resume_body, "resume_body"},
        {action::check_peer, "check_peer"},
        {action::check_reset, "check_reset"},
        {action::discard, "discard"},
        {action::expire_read, "expire_read"},
        {action::expire_body, "expire_body"},
        {action::check_half_close, "check_half_close"},
        {action::check_progress, "check_progress"},
        {action::check_delivery, "check_delivery"},
        {action::set_limit, "set_limit"},
        {action::clear, "clear"},
        {action::heartbeat, "heartbeat"},
        {action::close, "close"},
        {action::fail, "fail"},
        {action::cancel, "cancel"},
        {action::abort, "abort"},
        {action::destroy, "destroy"},
        {action::close_idle, "close_idle"},
        {action::end_stream, "end_stream"},
    };
    return names.at(a);
}

template <class Check>
void for_each_cell(std::size_t columns, Check check)
{
    for (std::size_t row = 0; row < phases; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            BOOST_TEST_CONTEXT(phase_names[row] << ", column " << column)
            {
                check(row, column);
            }
        }
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(progress_leads_to_the_next_phase)
{
    for_each_cell(progresses, [](std::size_t row, std::size_t column) {
        const auto next = next_phase(static_cast<phase>(row), static_cast<progress>(column));
        BOOST_TEST((next ? phase_names[static_cast<std::size_t>(*next)] : "-") == next_by_phase[row][column]);
    });
}

BOOST_AUTO_TEST_CASE(events_have_an_action_in_each_phase)
{
    for_each_cell(events, [](std::size_t row, std::size_t column) {
        const auto what = action_for(static_cast<phase>(row), static_cast<event>(column));
        BOOST_TEST(name_of(what) == action_by_phase[row][column]);
    });
}

// After a stream or a response, the connection needs a request first. Nothing follows the closing phase.
BOOST_AUTO_TEST_CASE(every_phase_has_an_entry_and_an_exit)
{
    for (std::size_t to = 0; to < phases; ++to) {
        bool reached = false;
        for (std::size_t from = 0; from < phases; ++from) {
            for (std::size_t made = 0; made < progresses; ++made) {
                const auto next = next_phase(static_cast<phase>(from), static_cast<progress>(made));
                reached = reached || (next && static_cast<std::size_t>(*next) == to && from != to);
            }
        }
        BOOST_TEST_CONTEXT(phase_names[to])
        {
            BOOST_TEST(reached);
        }
    }
    for (std::size_t made = 0; made < progresses; ++made) {
        const auto next = next_phase(phase::closing, static_cast<progress>(made));
        BOOST_TEST((!next || *next == phase::closing));
    }
}

BOOST_AUTO_TEST_SUITE_END()
