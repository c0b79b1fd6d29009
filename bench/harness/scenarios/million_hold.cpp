#include "harness/scenarios/million_hold.hpp"

#include <algorithm>

#include "harness/scenarios/hold_search.hpp"
#include "harness/support/clock.hpp"
#include "harness/support/duration.hpp"
#include "harness/support/interrupt.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

constexpr double sample_interval = 1; // seconds
constexpr std::chrono::seconds probe_time{15};
constexpr int recovery_factor = 10; // a recovery takes at most this number of settle times

/// The shares of the CPU time during the last second.
class recent_cpu
{
public:
    recent_cpu(std::vector<pid_t> servers, std::vector<pid_t> clients)
        : servers_(std::move(servers)), clients_(std::move(clients)), meter_(servers_, clients_)
    {}

    /// Takes a new sample if the last one is a second old. Returns whether it did.
    bool renew()
    {
        if (static_cast<double>(now_ns() - since_) / 1e9 < sample_interval) {
            return false;
        }
        last_ = meter_.share();
        meter_ = cpu_share_meter(servers_, clients_);
        since_ = now_ns();
        return true;
    }
    const cpu_share& last() const { return last_; }

private:
    std::vector<pid_t> servers_, clients_;
    cpu_share_meter meter_;
    std::int64_t since_ = now_ns();
    cpu_share last_;
};

/// Opens, measures and closes the streams of one run.
class million_run
{
public:
    million_run(const scenario& settings, const million_terms& terms);

    tl::expected<million_figures, std::string> run();

private:
    tl::expected<void, std::string> open();
    bool goes_on(ramp_watch& watch, const load_totals& totals, std::int64_t start);
    tl::expected<void, std::string> wait_for_recovery();
    tl::expected<held_step, std::string> measure(std::chrono::nanoseconds duration);
    tl::expected<void, std::string> close_some();
    void finish();

    const scenario& settings_;
    const million_terms& terms_;
    load_session session_;
    recent_cpu cpu_;
    million_figures figures_;
    bool has_warned_ = false;
};

million_run::million_run(const scenario& settings, const million_terms& terms)
    : settings_(settings), terms_(terms), session_(settings.plan, settings.servers, settings.shown),
      cpu_(settings.servers, session_.clients())
{
    session_.set_note([this] {
        cpu_.renew();
        return ", CPU " + cpu_.last().text();
    });
    figures_.planned = settings.plan.streams;
    figures_.hold = std::make_unique<hold_figures>();
    figures_.hold->plan = settings.plan;
    figures_.hold->has_server = !settings.servers.empty();
    figures_.hold->before = memory_sample::of(settings.servers);
}

tl::expected<million_figures, std::string> million_run::run()
{
    if (const auto opened = open(); !opened) {
        return tl::unexpected(opened.error());
    }
    hold_search search(figures_.limited_by_cpu);
    for (auto next = search.next(); next && session_.totals().live > 0 && !interrupted(); next = search.next()) {
        const bool probes = *next == hold_search::attempt::probe;
        const auto duration =
            probes ? std::min<std::chrono::nanoseconds>(probe_time, terms_.duration) : terms_.duration;
        const auto step = (probes ? wait_for_recovery() : session_.wait(settings_.settle, "settling")).and_then([&] {
            return measure(duration);
        });
        if (!step) {
            return tl::unexpected(step.error());
        }
        const bool is_limited = figures_.limited_by_cpu || step->cpu.machine > terms_.busy_share;
        figures_.limited_by_cpu = is_limited && (figures_.limited_by_cpu || !step->broken.empty());
        search.record(step->broken.empty(), is_limited);
        figures_.steps.push_back(*step);
        if (search.closes() && !interrupted()) {
            if (const auto closed = close_some(); !closed) {
                return tl::unexpected(closed.error());
            }
        }
    }
    finish();
    return std::move(figures_);
}

tl::expected<void, std::string> million_run::open()
{
    const auto start = now_ns();
    const cpu_share_meter meter(settings_.servers, session_.clients());
    ramp_watch watch({.per_second = settings_.plan.ramp_per_second,
                      .max_seconds = to_seconds(terms_.max_ramp),
                      .busy_share = terms_.busy_share});
    const auto opened = session_.ramp([&](const load_totals& totals) { return goes_on(watch, totals, start); });
    if (!opened) {
        return tl::unexpected(opened.error());
    }
    figures_.hold->ramp = **opened;
    figures_.ramp_cpu = meter.share();
    return {};
}

bool million_run::goes_on(ramp_watch& watch, const load_totals& totals, std::int64_t start)
{
    if (!cpu_.renew()) {
        return true;
    }
    const auto verdict = watch.add({.seconds = static_cast<double>(now_ns() - start) / 1e9,
                                    .answered = totals.answered,
                                    .busy = cpu_.last().machine});
    const auto rate = [](double per_second) { return grouped(static_cast<std::uint64_t>(per_second)); };
    const auto state = grouped(totals.live) + " streams are live, CPU " + cpu_.last().text();
    switch (verdict) {
    case ramp_watch::verdict::open:
        return true;
    case ramp_watch::verdict::limited:
        if (!std::exchange(has_warned_, true)) {
            settings_.shown.print("rill-bench: the CPU limits the ramp: " + rate(watch.per_second()) +
                                  " streams per second instead of " + rate(watch.expected_per_second()) + "; " + state);
        }
        return true;
    case ramp_watch::verdict::stalled:
        figures_.ramp_ended_early = "the CPU was fully used, and almost no streams were opened";
        break;
    case ramp_watch::verdict::expired:
        figures_.ramp_ended_early = "it took longer than " + to_text(terms_.max_ramp);
        break;
    }
    figures_.limited_by_cpu = watch.is_busy();
    settings_.shown.print("rill-bench: the ramp ends early, because " + figures_.ramp_ended_early + "; " + state);
    return false;
}

// After too many streams, the servers first send the events that are already late. A measurement must not contain them.
tl::expected<void, std::string> million_run::wait_for_recovery()
{
    const auto deadline = now_ns() + settings_.settle.count() * recovery_factor;
    do {
        const auto second = std::min<std::chrono::nanoseconds>(settings_.settle, std::chrono::seconds(2));
        if (const auto waited = session_.wait(second, "recovering"); !waited) {
            return waited;
        }
        cpu_.renew();
    } while (now_ns() < deadline && cpu_.last().machine > terms_.busy_share && !interrupted());
    return {};
}

tl::expected<held_step, std::string> million_run::measure(std::chrono::nanoseconds duration)
{
    held_step step{.streams = session_.totals().live};
    // Streams that failed while the CPU limited the ramp are not part of this number of streams.
    const auto before = figures_.limited_by_cpu ? session_.totals() : load_totals();
    const cpu_share_meter meter(settings_.servers, session_.clients());
    const auto measured = session_.measure(duration, "holding");
    if (!measured) {
        return tl::unexpected(measured.error());
    }
    step.cpu = meter.share();
    auto& hold = *figures_.hold;
    hold.measured = **measured;
    hold.totals = session_.totals().errors_since(before);
    hold.statuses = session_.statuses();
    step.broken = hold.faults();
    const std::chrono::nanoseconds p99(hold.measured.window.lateness.quantile(0.99));
    if (p99 > terms_.max_p99) {
        step.broken += (step.broken.empty() ? "" : "; ") + ("p99 of the lateness is " + to_text(p99)) + ", above " +
                       to_text(terms_.max_p99);
    }
    return step;
}

tl::expected<void, std::string> million_run::close_some()
{
    const auto& last = figures_.steps.back();
    settings_.shown.print("rill-bench: the CPU cannot hold " + grouped(last.streams) + " streams: " + last.broken +
                          "; CPU " + last.cpu.text() + "; closing " + fixed(hold_search::closed_share * 100, 0) +
                          " % of them");
    return session_.close_share(hold_search::closed_share);
}

void million_run::finish()
{
    auto& hold = *figures_.hold;
    hold.after = memory_sample::of(settings_.servers);
    if (settings_.before_close) {
        settings_.before_close();
    }
    hold.client = memory_of(session_.clients());
    if (figures_.steps.empty()) {
        hold.totals = session_.totals();
        hold.statuses = session_.statuses();
    }
}

boost::json::object to_json(const cpu_share& share)
{
    return {{"machine", share.machine}, {"servers", share.servers}, {"clients", share.clients}};
}

} // namespace

std::uint64_t million_figures::highest_held() const
{
    std::uint64_t highest = 0;
    for (const auto& step : steps) {
        highest = step.broken.empty() ? std::max(highest, step.streams) : highest;
    }
    return highest;
}

std::string million_figures::faults() const
{
    std::string text;
    if (!ramp_ended_early.empty()) {
        text = "the ramp ended early, because " + ramp_ended_early;
    }
    const bool has_broken = !steps.empty() && !steps.back().broken.empty();
    if (limited_by_cpu) {
        text += (text.empty() ? "" : "; ") + ("the CPU limits this machine: " + grouped(highest_held())) + " of " +
                grouped(planned) + " streams held";
    } else if (has_broken || steps.empty()) {
        const auto broken = has_broken ? steps.back().broken : hold->faults();
        text += (text.empty() || broken.empty() ? "" : "; ") + broken;
    }
    return text;
}

void million_figures::add_to(boost::json::object& json) const
{
    json["highest_held"] = highest_held();
    json["limited_by_cpu"] = limited_by_cpu;
    json["ramp_ended_early"] = ramp_ended_early;
    json["ramp_cpu"] = to_json(ramp_cpu);
    json["hold_cpu"] = steps.empty() ? boost::json::value(nullptr) : to_json(steps.back().cpu);
    boost::json::array all;
    for (const auto& step : steps) {
        all.push_back({{"streams", step.streams}, {"broken_by", step.broken}, {"cpu", to_json(step.cpu)}});
    }
    json["steps"] = std::move(all);
}

std::string million_figures::text() const
{
    auto result = "CPU       of all cores during the ramp " + ramp_cpu.text();
    result += steps.empty() ? "\n" : ", during the measurement " + steps.back().cpu.text() + "\n";
    for (const auto& step : steps) {
        if (steps.size() > 1 || !step.broken.empty()) {
            result += "step      " + grouped(step.streams) + " streams, CPU " + step.cpu.text() + ": " +
                      (step.broken.empty() ? "held" : step.broken) + "\n";
        }
    }
    return result + "held      " + grouped(highest_held()) + " of " + grouped(planned) + " streams\n";
}

tl::expected<million_figures, std::string> hold_million(const scenario& settings, const million_terms& terms)
{
    return million_run(settings, terms).run();
}

} // namespace bench
