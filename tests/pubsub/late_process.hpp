#pragma once

#include "remote_stage.hpp"
#include "stage.hpp"

namespace rill_test {

/// Returns the numbers of the events, and the names of the notices.
inline std::string numbers(std::string_view wire)
{
    std::string text;
    for (const auto& e : parse_events(wire)) {
        text.append(text.empty() ? "" : " ").append(e.name.empty() ? e.data : e.name + e.data);
    }
    return text;
}

inline std::string range(std::size_t first, std::size_t last)
{
    std::string text;
    for (auto n = first; n <= last; ++n) {
        text.append(text.empty() ? "" : " ").append(std::to_string(n));
    }
    return text;
}

/// A log with events, and a process that begins to read it now.
struct late_process
{
    manual_loop loop;
    shared_log log;
    std::shared_ptr<remote_backplane> plane;
    std::optional<rill::pubsub::channel> channel;
    rill::handler route;

    explicit late_process(std::size_t events = 200, rill::pubsub::channel_options options = {})
    {
        append(events);
        plane = std::make_shared<remote_backplane>(log);
        channel.emplace(std::move(options), plane);
        route = rill::make_handler(rill::sse::endpoint(*channel));
    }
    void append(std::size_t count)
    {
        for (; count != 0; --count) {
            log.append({});
        }
    }
    void turns()
    {
        for (int i = 0; i < 5; ++i) {
            loop.turn();
        }
    }
    void answer_all()
    {
        turns();
        while (plane->pending() != 0) {
            plane->answer(plane->pending() - 1);
            turns();
        }
    }
};

} // namespace rill_test
