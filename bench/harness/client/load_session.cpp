#include "harness/client/load_session.hpp"

#include <algorithm>

#include "harness/client/load_client.hpp"
#include "harness/support/clock.hpp"
#include "harness/support/interrupt.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

constexpr std::int64_t poll_pause = 25'000'000;
// all clients read a command within this time before the command takes effect
constexpr std::int64_t lead_time = 100'000'000;
constexpr double exit_timeout = 10; // seconds; enough for clients to close a million sockets

double seconds_between(std::int64_t from, std::int64_t until)
{
    return static_cast<double>(until - from) / 1e9;
}

std::string per_second(std::uint64_t count, std::int64_t since)
{
    const auto seconds = std::max(seconds_between(since, now_ns()), 0.001);
    return grouped(static_cast<std::uint64_t>(static_cast<double>(count) / seconds)) + "/s";
}

std::string time_left(std::int64_t until)
{
    return fixed(std::max(seconds_between(now_ns(), until), 0.0), 0) + " s left";
}

void sleep_until(std::int64_t when)
{
    for (auto now = now_ns(); now < when && !interrupted(); now = now_ns()) {
        sleep_ns(when - now);
    }
}

} // namespace

load_session::load_session(load_plan plan, std::vector<pid_t> servers, progress& shown)
    : plan_(std::move(plan)), servers_(std::move(servers)), progress_(shown), control_(1), blocks_(plan_.processes)
{
    for (unsigned number = 0; number < plan_.processes; ++number) {
        processes_.spawn([this, number] { load_client(plan_, number, control_[0], blocks_[number]).run(); });
    }
}

load_session::~load_session()
{
    control_[0].stop.store(true);
    processes_.join(exit_timeout);
}

void load_session::send(const load_command& command)
{
    control_[0].command = command;
    control_[0].number.fetch_add(1, std::memory_order_release);
}

bool load_session::is_done() const
{
    const auto number = control_[0].number.load(std::memory_order_relaxed);
    for (unsigned i = 0; i < plan_.processes; ++i) {
        if (blocks_[i].done.load(std::memory_order_acquire) != number) {
            return false;
        }
    }
    return true;
}

tl::expected<void, std::string> load_session::wait_until(const std::function<bool()>& is_over,
                                                         const std::function<std::string()>& text)
{
    while (!is_over()) {
        if (const auto ended = processes_.ended()) {
            return tl::unexpected("a client process ended too early: " + *ended);
        }
        progress_.show([&] { return note_ ? text() + note_() : text(); });
        sleep_ns(poll_pause);
    }
    return {};
}

// Waits until the clients have finished the command. Then adds up their results.
load_result load_session::collect(std::int64_t from, std::int64_t until, const cpu_meter& meter,
                                  const std::function<std::string()>& text)
{
    auto result = std::make_unique<load_measurement>();
    result->server = meter.server();
    result->client = meter.client();
    result->busiest_client = meter.busiest_client();
    result->seconds = seconds_between(from, until);
    if (const auto done = wait_until([this] { return is_done(); }, text); !done) {
        return tl::unexpected(done.error());
    }
    for (unsigned i = 0; i < plan_.processes; ++i) {
        result->window.add(blocks_[i].window);
    }
    return result;
}

load_result load_session::ramp(const std::function<bool(const load_totals&)>& goes_on)
{
    const auto start = now_ns();
    const cpu_meter meter(servers_, clients());
    auto last_change = start;
    std::uint64_t last_answered = 0;
    const auto is_over = [&] {
        const auto now = now_ns();
        const auto sum = totals();
        if (sum.answered != last_answered) {
            last_answered = sum.answered;
            last_change = now;
        }
        if (goes_on && !control_[0].stop_opening.load() && !goes_on(sum)) {
            control_[0].stop_opening.store(true);
        }
        if (interrupted() || now - last_change > 2 * plan_.response_timeout.count()) {
            control_[0].abort_opening.store(true);
        }
        return is_done();
    };
    const auto text = [&] {
        const auto sum = totals();
        return "opening: " + grouped(sum.live) + " of " + grouped(plan_.streams) + " live, " +
               grouped(sum.all_failed()) + " failed, " + per_second(sum.answered, start);
    };
    send({.what = load_command::kind::open, .from = start});
    if (const auto opened = wait_until(is_over, text); !opened) {
        return tl::unexpected(opened.error());
    }
    control_[0].abort_opening.store(interrupted());
    control_[0].stop_opening.store(false);
    return collect(start, now_ns(), meter, text);
}

tl::expected<void, std::string> load_session::wait(std::chrono::nanoseconds duration, const std::string& what)
{
    const auto end = now_ns() + duration.count();
    return wait_until([&] { return interrupted() || now_ns() >= end; },
                      [&] { return what + ": " + time_left(end) + ", " + grouped(totals().live) + " live"; });
}

load_result load_session::measure(std::chrono::nanoseconds duration, const std::string& what,
                                  double disconnects_per_second, bool by_reset)
{
    const auto from = now_ns() + lead_time;
    const auto until = from + duration.count();
    const auto first = totals();
    const auto text = [&] {
        const auto sum = totals();
        return what + ": " + time_left(until) + ", " + grouped(sum.live) + " live, " + grouped(sum.all_failed()) +
               " failed, " + per_second(sum.events - first.events, from) + " events, " + grouped(sum.lost) + " lost";
    };
    send({.what = load_command::kind::measure,
          .by_reset = by_reset,
          .disconnects_per_second = disconnects_per_second,
          .from = from,
          .until = until});
    sleep_until(from);
    const cpu_meter meter(servers_, clients());
    const auto is_nearly_over = [&] { return interrupted() || until - now_ns() <= poll_pause; };
    if (const auto passed = wait_until(is_nearly_over, text); !passed) {
        return tl::unexpected(passed.error());
    }
    sleep_until(until);
    const auto ended = std::min(until, now_ns());
    control_[0].end_early.store(ended);
    auto result = collect(from, ended, meter, text);
    control_[0].end_early.store(INT64_MAX);
    return result;
}

load_result load_session::reconnect_all(std::chrono::nanoseconds timeout, bool by_reset)
{
    const auto from = now_ns() + lead_time;
    const auto first = totals();
    const auto text = [&] {
        const auto sum = totals();
        return "reconnecting: " + grouped(sum.live) + " live, " + grouped(sum.all_retried() - first.all_retried()) +
               " attempts failed";
    };
    send({.what = load_command::kind::reconnect, .by_reset = by_reset, .from = from, .until = from + timeout.count()});
    sleep_until(from);
    const cpu_meter meter(servers_, clients());
    const auto is_over = [&] {
        if (interrupted()) {
            control_[0].abort_opening.store(true);
        }
        return is_done();
    };
    if (const auto back = wait_until(is_over, text); !back) {
        return tl::unexpected(back.error());
    }
    return collect(from, now_ns(), meter, text);
}

tl::expected<void, std::string> load_session::wait_for_reconnects()
{
    const auto is_over = [this] {
        const auto sum = totals();
        return interrupted() || sum.live + sum.evicted + sum.all_failed() >= plan_.streams;
    };
    return wait_until(is_over, [] { return std::string("waiting for reconnecting streams"); });
}

tl::expected<void, std::string> load_session::stall()
{
    send({.what = load_command::kind::stall});
    return wait_until([this] { return is_done(); }, [] { return std::string("stalling"); });
}

tl::expected<void, std::string> load_session::close_share(double share)
{
    send({.what = load_command::kind::close, .closed_share = share});
    return wait_until([this] { return is_done(); }, [] { return std::string("closing streams"); });
}

} // namespace bench
