#include "history/run.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "history/client_loop.hpp"
#include "history/log_servers.hpp"
#include "history/nodes.hpp"

namespace history {

namespace {

using namespace std::chrono_literals;
using payloads = std::optional<std::map<std::string, std::string>>;

constexpr auto patience = 60s;

std::vector<std::string> topic_names()
{
    std::vector<std::string> names;
    for (int i = 0; i < 6; ++i) {
        names.push_back("t/" + std::to_string(i));
    }
    return names;
}

/// A begin or an end of a fault.
struct step
{
    milliseconds at{0};
    bool begins = true;
    const fault* what = nullptr;
};

std::vector<step> steps_of(const std::vector<fault>& plan)
{
    std::vector<step> steps;
    for (const auto& f : plan) {
        steps.push_back({f.begin, true, &f});
        steps.push_back({f.end, false, &f});
    }
    std::ranges::stable_sort(steps, {}, &step::at);
    return steps;
}

class experiment
{
public:
    explicit experiment(const run_options& options)
        : options_(options), servers_(make_log_servers(options.store, log_options_of())),
          nodes_(std::make_unique<nodes>(
              options.node_program, options.nodes, [this](std::size_t i) { return servers_->store(i); },
              options.directory))
    {}

    run_result run()
    {
        if (begin()) {
            run_plan();
            end();
        }
        collect();
        return std::move(result_);
    }

private:
    log_options log_options_of()
    {
        return {.directory = options_.directory,
                .seed = options_.seed,
                .nodes = options_.nodes,
                .pid_of_node = [this](std::size_t i) { return nodes_->pid(i); }};
    }

    bool begin();
    void run_plan();
    void supervise_until(std::chrono::steady_clock::time_point time);
    void execute(const step& s);
    void end();
    void collect();
    payloads publish(const std::string& mark, std::vector<std::uint16_t> ports);
    void error(std::string text) { result_.errors.push_back(std::move(text)); }

    const run_options& options_;
    std::unique_ptr<log_servers> servers_;
    std::unique_ptr<nodes> nodes_;
    client_loop clients_;
    run_result result_;
    bool has_streams_ = false;
};

payloads experiment::publish(const std::string& mark, std::vector<std::uint16_t> ports)
{
    std::promise<payloads> published;
    auto arrives = published.get_future();
    clients_.call([&] {
        clients_.publishers().publish_to_each(mark, std::move(ports), patience,
                                              [&published](payloads p) { published.set_value(std::move(p)); });
    });
    return arrives.get();
}

// Streams begin after the first event of each topic.
bool experiment::begin()
{
    if (!nodes_->wait_until_listening(patience)) {
        error("a rill process does not listen");
        return false;
    }
    clients_.create(publisher_options{.seed = options_.seed, .ports = nodes_->ports(), .topics = topic_names()});
    if (!publish("begin", nodes_->ports())) {
        error("the log does not accept the first events");
        return false;
    }
    const auto first = clients_.call([&] { return clients_.publishers().first_id(); });
    clients_.create(stream_options{.streams = options_.streams,
                                   .seed = options_.seed,
                                   .ports = nodes_->ports(),
                                   .topics = topic_names(),
                                   .begin = first});
    has_streams_ = true;
    clients_.call([&] {
        clients_.streams().start();
        clients_.publishers().start();
    });
    return true;
}

void experiment::run_plan()
{
    const auto plan = make_plan({.seed = options_.seed,
                                 .time = options_.time,
                                 .log_faults = servers_->faults(),
                                 .kills_nodes = options_.kills_nodes});
    result_.plan = history::to_text(plan);
    const auto start = std::chrono::steady_clock::now();
    for (const auto& s : steps_of(plan)) {
        supervise_until(start + s.at);
        execute(s);
    }
    supervise_until(start + options_.time);
}

void experiment::supervise_until(std::chrono::steady_clock::time_point time)
{
    while (std::chrono::steady_clock::now() < time) {
        std::this_thread::sleep_until(std::min(time, std::chrono::steady_clock::now() + 100ms));
        nodes_->supervise();
    }
}

void experiment::execute(const step& s)
{
    if (s.what->is_node) {
        const auto node = s.what->choice % nodes_->size();
        s.begins ? nodes_->kill(node) : nodes_->start(node);
    } else {
        s.begins ? servers_->begin(*s.what) : servers_->end(*s.what);
    }
}

void experiment::end()
{
    const auto healed = std::chrono::steady_clock::now();
    if (!nodes_->wait_until_listening(patience)) {
        error("a rill process does not listen again");
    }
    clients_.call([&] { clients_.publishers().finish(); });
    if (!clients_.wait_until([&] { return clients_.publishers().running() == 0; }, patience)) {
        error("a publisher does not end");
    }
    if (!servers_->wait_until_settled(patience)) {
        error("the servers of the log do not agree");
    }
    // A process that accepts an event has found the server in use. It has reported the gaps of the faults.
    const auto& ports = nodes_->ports();
    const bool has_settled = std::ranges::all_of(
        ports, [this](std::uint16_t port) { return publish("settled " + std::to_string(port), {port}).has_value(); });
    auto last = publish("end", ports);
    if (!last || !has_settled) {
        error("the log does not accept the last events");
        return;
    }
    clients_.call([&] { clients_.streams().finish(std::move(*last)); });
    if (!clients_.wait_until([&] { return clients_.streams().running() == 0; }, patience)) {
        error(clients_.call([&] {
            return std::to_string(clients_.streams().running()) +
                   " streams do not reach the last event: " + clients_.streams().unfinished();
        }));
    }
    result_.longest_recovery = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - healed);
}

void experiment::collect()
{
    checker check({.allow_gaps = servers_->allows_gaps()});
    if (has_streams_) {
        clients_.call([&] { clients_.streams().cancel(); });
        clients_.wait_until([&] { return clients_.streams().running() == 0; }, patience);
    }
    clients_.call([&] {
        auto& publishers = clients_.publishers();
        result_.attempts = publishers.attempts();
        result_.errors.insert(result_.errors.end(), publishers.errors().begin(), publishers.errors().end());
        for (auto& a : publishers.take_records()) {
            check.add(std::move(a));
        }
        if (has_streams_) {
            const auto& errors = clients_.streams().errors();
            result_.errors.insert(result_.errors.end(), errors.begin(), errors.end());
            for (auto& s : clients_.streams().take_records()) {
                check.add(std::move(s));
            }
        }
    });
    result_.restarts = nodes_->restarts();
    result_.checked = check.check();
}

} // namespace

run_result run(const run_options& options)
{
    return experiment(options).run();
}

std::string to_text(const run_result& result)
{
    const auto& c = result.checked;
    const auto count = [](std::size_t n) { return std::to_string(n); };
    std::string text = "faults\n" + result.plan + "events       acknowledged " + count(c.acknowledged) + ", refused " +
                       count(c.refused) + ", unknown " + count(c.unknown) + " (arrived " + count(c.unknown_arrived) +
                       "); requests " + count(result.attempts) + "\n";
    text += "streams      deliveries " + count(c.deliveries) + ", requests with Last-Event-ID " + count(c.resumptions) +
            ", recovery " + count(static_cast<std::size_t>(result.longest_recovery.count())) + " ms\n";
    text += "gaps         " + count(c.gaps) + ", without a loss " + count(c.gaps_without_loss) +
            "; missed events that a gap covers " + count(c.covered) + ", repeated after a gap " + count(c.repeated) +
            "\n";
    text += "violations   " + count(c.violations) + "\n";
    for (const auto& f : c.findings) {
        text += "  " + std::string(to_string(f.what)) + ": " + f.text.substr(0, 200) + "\n";
    }
    for (const auto& e : result.errors) {
        text += "  error: " + e.substr(0, 300) + "\n";
    }
    return text;
}

} // namespace history
