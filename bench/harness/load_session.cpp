#include "harness/load_session.hpp"

#include <algorithm>
#include <numeric>

#include "harness/clock.hpp"
#include "harness/duration.hpp"
#include "harness/interrupt.hpp"
#include "harness/load_client.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

constexpr std::int64_t poll_pause = 20'000'000;
constexpr std::int64_t lead_time = 100'000'000; // for all clients to read an order before it takes effect
constexpr double patience = 10;                 // seconds, for clients to close a million sockets

std::vector<double> cpu_of_each(const std::vector<pid_t>& pids)
{
    std::vector<double> result;
    for (const auto pid : pids) {
        result.push_back(cpu_time_of(pid).total);
    }
    return result;
}

} // namespace

std::uint64_t load_totals::all_failed() const
{
    return std::accumulate(failed.begin(), failed.end(), std::uint64_t(0));
}

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
    processes_.join(patience);
}

void load_session::give(const load_order& order)
{
    control_[0].order = order;
    control_[0].number.fetch_add(1, std::memory_order_release);
}

bool load_session::is_done(unsigned client) const
{
    return blocks_[client].done.load(std::memory_order_acquire) == control_[0].number.load(std::memory_order_relaxed);
}

bool load_session::all_done() const
{
    for (unsigned i = 0; i < plan_.processes; ++i) {
        if (!is_done(i)) {
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
            return tl::unexpected("a load client was lost: " + *ended);
        }
        progress_.show(text);
        sleep_ns(poll_pause);
    }
    return {};
}

tl::expected<double, std::string> load_session::ramp()
{
    const auto start = now_ns();
    auto last_change = start;
    std::uint64_t last_answered = 0;
    const auto is_over = [&] {
        const auto now = now_ns();
        if (const auto answered = totals().answered; answered != last_answered) {
            last_answered = answered;
            last_change = now;
        }
        if (interrupted() || now - last_change > 2 * plan_.answer_timeout.count()) {
            control_[0].give_up.store(true);
        }
        return all_done();
    };
    give({.what = load_order::kind::open});
    const auto waited = wait_until(is_over, [&] {
        const auto sum = totals();
        const auto seconds = static_cast<double>(now_ns() - start) / 1e9;
        return "opening: " + grouped(sum.live) + " of " + grouped(plan_.streams) + " live, " +
               grouped(sum.all_failed()) + " failed, " +
               grouped(static_cast<std::uint64_t>(static_cast<double>(sum.answered) / seconds)) + "/s";
    });
    if (!waited) {
        return tl::unexpected(waited.error());
    }
    return static_cast<double>(now_ns() - start) / 1e9;
}

tl::expected<void, std::string> load_session::wait(std::chrono::nanoseconds duration, const std::string& what)
{
    const auto end = now_ns() + duration.count();
    return wait_until([&] { return interrupted() || now_ns() >= end; },
                      [&] { return what + ": " + grouped(totals().live) + " live"; });
}

tl::expected<std::unique_ptr<load_measurement>, std::string> load_session::measure(std::chrono::nanoseconds duration)
{
    auto result = std::make_unique<load_measurement>();
    const auto from = now_ns() + lead_time;
    const auto until = from + duration.count();
    const auto first = totals();
    give({.what = load_order::kind::measure, .from = from, .until = until});
    for (auto now = now_ns(); now < from; now = now_ns()) {
        sleep_ns(from - now);
    }
    const auto server = cpu_time_of(servers_);
    const auto client = cpu_time_of(clients());
    const auto each = cpu_of_each(clients());
    const auto text = [&] {
        const auto sum = totals();
        const auto passed = std::max(now_ns() - from, std::int64_t(1));
        return "holding: " +
               to_text(std::chrono::milliseconds(std::max<std::int64_t>(until - now_ns(), 0) / 1'000'000)) + " left, " +
               grouped(sum.live) + " live, " + grouped(sum.all_failed()) + " failed, " +
               grouped(static_cast<std::uint64_t>(static_cast<double>(sum.events - first.events) * 1e9 /
                                                  static_cast<double>(passed))) +
               " events/s, " + grouped(sum.lost) + " lost";
    };
    const auto waited = wait_until([&] { return interrupted() || until - now_ns() <= poll_pause; }, text);
    if (!waited) {
        return tl::unexpected(waited.error());
    }
    if (!interrupted()) {
        for (auto now = now_ns(); now < until && !interrupted(); now = now_ns()) {
            sleep_ns(until - now);
        }
    }
    const auto ended = std::min(until, now_ns());
    control_[0].end_early.store(ended);
    const auto passed = static_cast<double>(now_ns() - from) / 1e9;
    result->server = cpu_time_of(servers_) - server;
    result->client = cpu_time_of(clients()) - client;
    const auto each_now = cpu_of_each(clients());
    for (std::size_t i = 0; i < std::min(each.size(), each_now.size()); ++i) {
        result->busiest_client = std::max(result->busiest_client, (each_now[i] - each[i]) / passed);
    }
    result->seconds = static_cast<double>(ended - from) / 1e9;
    if (const auto done = wait_until([&] { return all_done(); }, text); !done) {
        return tl::unexpected(done.error());
    }
    control_[0].end_early.store(INT64_MAX);
    for (unsigned i = 0; i < plan_.processes; ++i) {
        result->window.events += blocks_[i].window.events;
        result->window.lateness.add(blocks_[i].window.lateness);
        result->window.delivery.add(blocks_[i].window.delivery);
    }
    return result;
}

load_totals load_session::totals() const
{
    load_totals sum;
    for (unsigned i = 0; i < plan_.processes; ++i) {
        const auto& one = blocks_[i].counters;
        sum.opened += one.opened.get();
        sum.answered += one.answered.get();
        sum.live += one.live.get();
        sum.with_events += one.with_events.get();
        sum.events += one.events.get();
        sum.bytes += one.bytes.get();
        sum.lost += one.lost.get();
        sum.lost_ids += one.lost_ids.get();
        sum.missed_beats += one.missed_beats.get();
        sum.repeated += one.repeated.get();
        sum.out_of_order += one.out_of_order.get();
        sum.extra += one.extra.get();
        sum.without_time += one.without_time.get();
        for (std::size_t k = 0; k < sum.failed.size(); ++k) {
            sum.failed[k] += one.failed[k].get();
        }
        for (std::size_t k = 0; k < sum.statuses.size(); ++k) {
            sum.statuses[k] += one.statuses[k].get();
        }
    }
    return sum;
}

histogram load_session::answer_time() const
{
    histogram sum;
    for (unsigned i = 0; i < plan_.processes; ++i) {
        sum.add(blocks_[i].answer_time);
    }
    return sum;
}

} // namespace bench
