#include "harness/scenarios/load_options.hpp"

#include <algorithm>
#include <charconv>

#include "harness/machine/process_stats.hpp"
#include "harness/support/duration.hpp"

namespace bench {

namespace {

constexpr std::uint64_t client_spare_files = 64; // number of open files of a client process that are not streams
constexpr std::chrono::milliseconds min_period{1};

tl::expected<unsigned, std::string> choose_processes(const load_options& options, std::uint64_t open_files)
{
    const auto room =
        open_files > client_spare_files ? std::min<std::uint64_t>(open_files - client_spare_files, UINT32_MAX) : 1;
    const auto needed = static_cast<unsigned>((options.streams + room - 1) / room);
    unsigned processes = 0;
    if (options.processes == "auto") {
        const auto comfortable = std::min<std::uint64_t>(room, streams_per_process);
        processes = static_cast<unsigned>((options.streams + comfortable - 1) / comfortable);
    } else {
        const auto* end = options.processes.data() + options.processes.size();
        const auto parsed = std::from_chars(options.processes.data(), end, processes);
        if (parsed.ec != std::errc() || parsed.ptr != end || processes == 0) {
            return tl::unexpected(std::string("--procs must be a positive number or auto"));
        }
    }
    if (processes < needed || processes > max_processes || processes > options.streams) {
        return tl::unexpected("--procs " + std::to_string(processes) + ": with " + std::to_string(open_files) +
                              " open files per process, " + std::to_string(options.streams) + " streams take " +
                              std::to_string(needed) + " to " +
                              std::to_string(std::min<std::uint32_t>(max_processes, options.streams)) + " processes");
    }
    return processes;
}

tl::expected<void, std::string> check_headers(const std::vector<std::string>& headers)
{
    for (const auto& line : headers) {
        const auto colon = line.find(':');
        const bool has_control =
            std::any_of(line.begin(), line.end(), [](unsigned char c) { return c < ' ' && c != '\t'; });
        if (colon == line.npos || colon == 0 || has_control || line.find(' ') < colon) {
            return tl::unexpected("--header '" + line + "' is not of the form 'Name: value'");
        }
    }
    return {};
}

tl::expected<void, std::string> check_servers(const std::vector<pid_t>& pids)
{
    for (const auto pid : pids) {
        if (!can_be_measured(pid)) {
            return tl::unexpected("--server-pid " + std::to_string(pid) +
                                  ": there is no such process, or this user cannot read its memory");
        }
    }
    return {};
}

} // namespace

cli_option add_duration(cli_command& command, const std::string& name, std::chrono::nanoseconds& value,
                        const std::string& description)
{
    const auto read = [&value](const std::string& text) {
        return parse_duration(text).map([&value](auto duration) { value = duration; });
    };
    return command.add_parsed(name, "DURATION", read, description).default_text(to_text(value));
}

void load_options::add_to(cli_command& command, bool with_streams)
{
    command.add("URL", url, "the endpoint, e.g. http://127.0.0.1:8080/ticks?ms=1000; ms= is the period of the events")
        .required();
    if (with_streams) {
        command.add("--streams", streams, "number of streams").show_default().range(1U, 10'000'000U);
    }
    command.add("--ramp", ramp, "connections opened per second; 0: as fast as the server responds")
        .show_default()
        .not_negative();
    command.add("--procs", processes, "number of client processes; auto: as many as the limit of open files requires")
        .show_default();
    command.add("--server-pid", server_pids, "a process of the server, to measure its CPU time and memory; repeatable")
        .one_word();
    add_duration(command, "--period", period, "time between two events of a stream").default_text("ms= in the URL");
    command.add("--no-schedule", no_schedule,
                "expect no schedule: lateness is the time from the timestamp to the arrival, and only ids show losses");
    add_duration(command, "--timeout", response_timeout, "maximum time from connect() to the response head");
    add_duration(command, "--settle,--warmup", settle,
                 "pause between the opening of the last stream and the measurement");
    command.add("--ids", ids, "what numeric ids guarantee: dense (a gap is a loss), ordered, or ignored")
        .show_default()
        .one_of({"dense", "ordered", "ignored"});
    command.add("--header", headers, "an additional line of the request, 'Name: value'; repeatable").one_word();
    command.add("--allow-remote", allow_remote, "allow targets that are not on the loopback interface");
    command.add("--json", json, "file for the figures as a JSON object; - is standard output");
}

tl::expected<load_plan, std::string> make_plan(const load_options& options, std::uint64_t open_files)
{
    load_plan plan;
    auto to = parse_target(options.url, options.allow_remote);
    if (!to) {
        return tl::unexpected(to.error());
    }
    plan.to = std::move(*to);
    plan.streams = options.streams;
    plan.ramp_per_second = options.ramp;
    plan.period = plan.to.period.value_or(std::chrono::nanoseconds(0));
    if (options.period.count() > 0 || options.no_schedule) {
        plan.period = options.no_schedule ? std::chrono::nanoseconds(0) : options.period;
    }
    if (plan.period.count() > 0 && plan.period < min_period) {
        return tl::unexpected(std::string("--period must be at least 1ms"));
    }
    if (options.response_timeout.count() == 0) {
        return tl::unexpected(std::string("--timeout must not be 0"));
    }
    plan.response_timeout = options.response_timeout;
    plan.ids = options.ids == "dense" ? id_rule::dense : options.ids == "ordered" ? id_rule::ordered : id_rule::ignored;
    plan.headers = options.headers;
    if (const auto good = check_headers(plan.headers).and_then([&] { return check_servers(options.server_pids); });
        !good)
    {
        return tl::unexpected(good.error());
    }
    const auto processes = choose_processes(options, open_files);
    if (!processes) {
        return tl::unexpected(processes.error());
    }
    plan.processes = *processes;
    return plan;
}

} // namespace bench
