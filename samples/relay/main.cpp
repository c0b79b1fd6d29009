#include "relay/app.hpp"
#include "support/command_line.hpp"

int main(int argc, char** argv)
{
    samples::command_line line("relay", "Passes an event stream of another server on to any number of clients");
    relay::options how;
    how.source.url = "http://127.0.0.1:8081/events";
    std::string own_ids = "no";
    line.add("--upstream", how.source.url, "URL of the event stream");
    line.add("--from", how.source.last_event_id, "id of the event after which the relay begins");
    line.add("--own-ids", own_ids, "yes: the relay numbers the events, for an upstream without ids");
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    how.own_ids = own_ids == "yes";
    const auto events = relay::make_channel(how);
    line.server.background = {[&] { return relay::follow(events, how); }};
    return line.serve([&] { return relay::app(events); });
}
