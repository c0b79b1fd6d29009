#include "faults/process_exchange.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <netinet/in.h>
#include <rill/rill.hpp>
#include <set>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include "server/process_fixture.hpp"
#include "support/client.hpp"

namespace rill_faults {

using namespace rill_test;

namespace {

/// The results that the process under test leaves for the test.
struct remains
{
    call_counts counts{};
    bool came_about = false;
};

/// Memory that the process under test shares with the test.
class shared_remains
{
public:
    shared_remains()
        : memory_(::mmap(nullptr, sizeof(remains), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
    {
        BOOST_REQUIRE(memory_ != MAP_FAILED);
    }
    shared_remains(const shared_remains&) = delete;
    shared_remains& operator=(const shared_remains&) = delete;
    ~shared_remains() { ::munmap(memory_, sizeof(remains)); }

    remains& operator*() const { return *static_cast<remains*>(memory_); }

private:
    void* memory_;
};

/// A socket that receives the reports. Nothing reads them.
class service_manager
{
public:
    service_manager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name().copy(address.sun_path + 1, sizeof address.sun_path - 1, 1);
        const auto size = offsetof(sockaddr_un, sun_path) + name().size();
        BOOST_REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size)) == 0);
    }
    service_manager(const service_manager&) = delete;
    service_manager& operator=(const service_manager&) = delete;
    ~service_manager() { ::close(socket_); }

    std::string name() const { return "@rill-faults-" + std::to_string(owner_); }

private:
    pid_t owner_ = ::getpid();
    int socket_;
};

rill::router operated()
{
    rill::router app;
    app.get("/pid", [] { return std::to_string(::getpid()); });
    app.get("/metrics", rill::ops::metrics());
    app.get("/readyz", rill::ops::readyz());
    app.get("/streams", rill::ops::streams());
    return app;
}

/// Passes a listening socket as descriptor 3, as systemd passes it to a service.
void pass_socket()
{
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(socket, 16) != 0 ||
        ::dup2(socket, 3) != 3)
    {
        ::_exit(99);
    }
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "1", 1);
}

int serve_with(program p, const fault* f, remains& left, const std::string& manager, const forked::line_writer& report)
{
    rill::server_options options;
    options.port = 0;
    // If a fault loses the signal after its handler has run, the shutdown deadline ends the process.
    options.drain_timeout = 1s;
    options.threads = p == program::service ? 2 : 1;
    options.log_level = rill::log_level::warning;
    options.on_listening = [&](const std::string& url) {
        const watched not_ours(false);
        enter(state::request);
        report("url " + url);
    };
    if (p == program::service) {
        pass_socket();
        ::setenv("NOTIFY_SOCKET", manager.c_str(), 1);
    }
    rill::supervisor_options workers{.processes = 2, .initial_backoff = 1ms};
    // The supervisor then waits for the whole timeout.
    if (f != nullptr && f->what == call::kill) {
        workers.stop_timeout = 1s;
    }
    workers.on_started = [&](unsigned, pid_t pid) {
        const watched not_ours(false);
        report("started " + std::to_string(pid) + ".");
    };
    begin(f);
    const watched scope;
    const int code =
        p == program::service ? rill::serve(operated(), options) : rill::serve_processes(operated, options, workers);
    left.came_about = end();
    left.counts = counts();
    return code;
}

/// Returns the body of a 200, or "".
std::string ask(std::uint16_t port, std::string_view target)
{
    try {
        client c(port);
        c.get(target);
        auto text = c.body();
        return c.status() == 200 ? text : std::string();
    } catch (const std::runtime_error&) {
        return {};
    }
}

bool answers(std::uint16_t port)
{
    const auto each = {"/pid", "/metrics", "/readyz", "/streams"};
    return std::ranges::all_of(
        each, [port](const char* target) { return !ask(port, target).empty() || !ask(port, target).empty(); });
}

/// Kills a worker and waits until two other workers have responded.
bool replaces(std::uint16_t port)
{
    std::string first;
    if (!eventually([&] { return !(first = ask(port, "/pid")).empty(); })) {
        return false;
    }
    ::kill(std::stoi(first), SIGKILL);
    std::set<std::string> others;
    return eventually([&] {
        const auto pid = ask(port, "/pid");
        others.insert(pid);
        others.erase("");
        others.erase(first);
        return others.size() == 2;
    });
}

bool lives(const std::string& pid)
{
    std::ifstream stat("/proc/" + pid + "/stat");
    std::string number, name, state;
    stat >> number >> name >> state;
    return !state.empty() && state != "Z";
}

/// Returns the PIDs of the workers in the output.
std::vector<std::string> workers_in(const std::string& output)
{
    static constexpr std::string_view word = "started ";
    std::vector<std::string> pids;
    for (auto at = output.find(word); at != output.npos; at = output.find(word, at + 1)) {
        const auto from = at + word.size();
        pids.push_back(output.substr(from, output.find('.', from) - from));
    }
    return pids;
}

} // namespace

process_report run_process(program p, const fault* f)
{
    const shared_remains left;
    const service_manager manager;
    process_report r;
    forked process([&](const forked::line_writer& report) { return serve_with(p, f, *left, manager.name(), report); });
    const auto url = process.line_or_end("url ");
    r.started = url.has_value();
    if (r.started) {
        const auto port = port_in(*url);
        r.answered = answers(port);
        r.replaced = p == program::service || replaces(port);
    }
    process.signal(SIGTERM);
    r.exit_code = process.wait();
    r.output = process.output();
    r.counts = (*left).counts;
    r.came_about = (*left).came_about;
    const auto workers = workers_in(r.output);
    r.orphans = !eventually([&] { return std::ranges::none_of(workers, lives); }, 10s);
    return r;
}

} // namespace rill_faults
