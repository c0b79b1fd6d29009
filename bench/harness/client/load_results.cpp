#include "harness/client/load_results.hpp"

namespace bench {

std::string_view name_of(failure reason)
{
    constexpr std::array<std::string_view, failure_count> names{
        "refused", "cannot_connect",   "no_free_port", "no_descriptor", "connect_timeout", "no_response",
        "not_200", "not_event_stream", "not_http",     "closed_early",  "reset_early",     "ended",
        "reset",   "not_opened",
    };
    return names[static_cast<std::size_t>(reason)];
}

void load_window::add(const load_window& other)
{
    events += other.events;
    answer.add(other.answer);
    lateness.add(other.lateness);
    delivery.add(other.delivery);
}

} // namespace bench
