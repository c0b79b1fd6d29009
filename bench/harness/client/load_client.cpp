#include "harness/client/load_client.hpp"

#include <algorithm>

#include "harness/support/clock.hpp"

namespace bench {

load_client::load_client(const load_plan& plan, unsigned number, const load_control& control,
                         load_client_block& results)
    : control_(control), results_(results), streams_(plan, number, results)
{}

void load_client::run()
{
    while (!control_.stop.load(std::memory_order_relaxed)) {
        streams_.poll(command_.disconnects_per_second > 0);
        const auto now = now_ns();
        streams_.check_timeouts(now);
        poll_commands(now);
        streams_.open_some(now);
    }
}

void load_client::poll_commands(std::int64_t now)
{
    if (const auto number = control_.number.load(std::memory_order_acquire); number != command_number_) {
        command_number_ = number;
        begin(control_.command);
    }
    if (command_.what != load_command::kind::none && continue_command(now)) {
        finish_command();
    }
}

void load_client::begin(const load_command& command)
{
    command_ = command;
    disconnected_ = 0;
    results_.window = load_window();
    switch (command.what) {
    case load_command::kind::open:
        streams_.begin_opening(command.from);
        break;
    case load_command::kind::measure:
        streams_.begin_measurement(command.from, command.until);
        break;
    case load_command::kind::reconnect:
        streams_.begin_reconnecting(command.from, command.until);
        break;
    case load_command::kind::stall:
        streams_.stall();
        break;
    case load_command::kind::close:
        streams_.close_share(command.closed_share);
        break;
    case load_command::kind::none:
        break;
    }
}

// Returns whether the command is finished.
bool load_client::continue_command(std::int64_t now)
{
    if (control_.abort_opening.load(std::memory_order_relaxed)) {
        streams_.abort_opening();
    }
    if (control_.stop_opening.load(std::memory_order_relaxed)) {
        streams_.stop_opening();
    }
    switch (command_.what) {
    case load_command::kind::open:
        return !streams_.is_opening();
    case load_command::kind::measure: {
        const auto until = std::min(command_.until, control_.end_early.load(std::memory_order_relaxed));
        if (now < until) {
            disconnect_due_streams(now);
            return false;
        }
        streams_.end_measurement(until);
        return true;
    }
    case load_command::kind::reconnect:
        return continue_reconnect(now);
    case load_command::kind::stall:
    case load_command::kind::close:
    case load_command::kind::none:
        break;
    }
    return true;
}

void load_client::finish_command()
{
    command_ = {};
    streams_.end_reconnecting();
    results_.done.store(command_number_, std::memory_order_release);
}

// The streams take turns. The disconnections are evenly distributed over time.
void load_client::disconnect_due_streams(std::int64_t now)
{
    if (command_.disconnects_per_second <= 0 || now < command_.from) {
        return;
    }
    const auto per_second = command_.disconnects_per_second * static_cast<double>(streams_.size());
    const auto due = static_cast<std::uint64_t>(per_second * static_cast<double>(now - command_.from) / 1e9);
    for (std::uint32_t visited = 0; disconnected_ < due && visited < streams_.size(); ++visited) {
        if (streams_.is_live(next_to_disconnect_)) {
            streams_.disconnect(next_to_disconnect_, now, command_.by_reset);
            ++disconnected_;
        }
        next_to_disconnect_ = (next_to_disconnect_ + 1) % streams_.size();
    }
}

// Returns whether all streams are live again or the time has elapsed.
bool load_client::continue_reconnect(std::int64_t now)
{
    if (now >= command_.from && disconnected_ == 0) {
        disconnected_ = 1;
        for (std::uint32_t index = 0; index < streams_.size(); ++index) {
            if (streams_.is_live(index)) {
                streams_.disconnect(index, now, command_.by_reset);
            }
        }
    }
    if (now >= command_.until) {
        streams_.abort_opening();
    }
    return disconnected_ != 0 && !streams_.is_opening();
}

} // namespace bench
