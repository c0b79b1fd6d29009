// Kills processes of the sample "chat" with SIGKILL while messages are posted, and checks that no message is lost,
// doubled or out of order.
//
//     chat_kills [--clients N] [--posters N] [--kills N] [--processes N] [--for MS] [--down MS] [--through PORT]
//         --store STORE PORT CHAT
//
// The program starts N processes (--processes, default: 1) of CHAT --store STORE. They listen on PORT and on the ports
// after it. STORE must be an empty log. N clients (default: 50) follow one room with rill::client::event_source.
// A client whose connection ends connects to the next process, with its Last-Event-ID. N posters (default: 4) send
// messages. Each poster sends a message until a process acknowledges it with 201. It repeats the message with the same
// key. With --through, clients and posters connect to that port, where a proxy distributes the connections. The proxy
// may start later than the processes.
//
// After each MS (--for, default: 1500), the program kills one process. It kills the processes in turn. After MS
// (--down, default: 200), it starts the process again on the same port. After N kills (default: 2), the posters stop.
// Each client must have received each acknowledged message exactly once. All clients must have received the messages in
// the same order. No client may have received a gap notice. The program prints the counts. It fails if one of these
// conditions is not met.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "robustness/chat/chat_crowd.hpp"
#include "robustness/probe/client_connection.hpp"
#include "robustness/probe/clock.hpp"
#include "robustness/probe/server_process.hpp"

namespace {

using namespace probe;

/// The processes of the sample.
class chat_processes
{
public:
    chat_processes(std::string program, std::string store, int first_port, std::size_t count)
        : program_(std::move(program)), store_(std::move(store))
    {
        for (std::size_t i = 0; i < count; ++i) {
            ports_.push_back(first_port + static_cast<int>(i));
            processes_.push_back(start(i));
        }
    }

    const std::vector<int>& ports() const noexcept { return ports_; }

    void kill_and_restart(std::size_t number, std::chrono::milliseconds down)
    {
        auto& process = processes_[number % processes_.size()];
        ::kill(process->pid(), SIGKILL);
        while (process->is_running()) {
            std::this_thread::sleep_for(1ms);
        }
        std::this_thread::sleep_for(down);
        process = start(number % processes_.size());
    }

private:
    std::unique_ptr<server_process> start(std::size_t number) const
    {
        const auto port = ports_[number];
        // The option --admin adds /readyz, because a proxy may check it.
        return std::make_unique<server_process>(
            server_options{.command = {program_, "--port", std::to_string(port), "--store", store_, "--admin"}},
            static_cast<std::uint16_t>(port));
    }

    std::string program_;
    std::string store_;
    std::vector<int> ports_;
    std::vector<std::unique_ptr<server_process>> processes_;
};

void print(const chat_run::crowd_result& r, std::size_t clients, double seconds)
{
    const auto& m = r.messages;
    const auto& f = m.found;
    std::printf("clients          %zu, incomplete %zu; connects %lu; notices %lu\n", clients, m.incomplete, r.connects,
                m.notices);
    std::printf("messages         acknowledged %lu, lost %lu, received without acknowledgment %lu; requests repeated "
                "%lu\n",
                m.acknowledged, m.lost, m.not_acknowledged, r.failed_posts);
    std::printf(
        "events           %lu; duplicates %lu, missing %lu, out of order %lu, unknown %lu, repeated to the first "
        "client %lu, out of the order of the sender %lu\n",
        f.events, f.duplicates, f.missing, f.out_of_order, f.unknown, m.repeated, m.disordered);
    std::printf("time             %.1f s\n", seconds);
}

} // namespace

int main(int argc, char** argv)
{
    const auto number = [&](const char* name, const char* value) {
        return std::max(1, std::atoi(take_option(argc, argv, name, value).c_str()));
    };
    chat_run::crowd_options options;
    options.clients = static_cast<std::size_t>(number("--clients", "50"));
    options.posters = static_cast<std::size_t>(number("--posters", "4"));
    const auto kills = static_cast<std::size_t>(number("--kills", "2"));
    const auto processes = static_cast<std::size_t>(number("--processes", "1"));
    const std::chrono::milliseconds period(number("--for", "1500"));
    const std::chrono::milliseconds down(number("--down", "200"));
    const auto proxy = std::atoi(take_option(argc, argv, "--through", "0").c_str());
    const auto store = take_option(argc, argv, "--store", "");
    if (argc != 3 || store.empty()) {
        fail("usage: chat_kills [--clients N] [--posters N] [--kills N] [--processes N] [--for MS] [--down MS] "
             "[--through PORT] --store STORE PORT CHAT");
    }
    raise_file_limit();
    const auto start = steady::now();
    chat_processes chat(argv[2], store, std::atoi(argv[1]), processes);
    options.ports = proxy == 0 ? chat.ports() : std::vector<int>{proxy};
    chat_run::chat_crowd crowd(options);
    if (!crowd.is_ready()) {
        fail("a client has not received the first message");
    }
    for (std::size_t i = 0; i < kills; ++i) {
        std::this_thread::sleep_for(period);
        chat.kill_and_restart(i, down);
    }
    std::this_thread::sleep_for(period);
    const auto result = crowd.finish();
    print(result, options.clients, seconds_since(start));
    if (!result.end.empty()) {
        fail("a client has ended: " + result.end);
    }
    if (!result.is_correct()) {
        fail("a message is lost, doubled or out of order, or a client was told of a gap");
    }
    std::puts("each message once and in order");
    return 0;
}
