// Runs a server under mixed faults for a given time and checks what every client has received.
//
//     soak [--streams N] [--seconds S] [--port P] [--seed X] [--every R]      5000, 600, 23100, 1 and 45 by default
//
// The port is P or the next free one. Streams open, close by FIN and by RST, and freeze. Other clients send garbage and
// slow heads. Events are published over HTTP all the time. Every R seconds the server is restarted, by SIGTERM or by
// SIGKILL. At the end each client must have every event of the last server, all checks of reader.hpp must hold, and the
// server must have released everything. The server is another process of this program.

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "soak/crowd.hpp"
#include "soak/dice.hpp"
#include "soak/options.hpp"
#include "soak/samples.hpp"
#include "soak/server.hpp"
#include "soak/server_line.hpp"
#include "soak/sockets.hpp"
#include "soak/troublemakers.hpp"

namespace {

using namespace std::chrono_literals;
using namespace rill_soak;
using steady = std::chrono::steady_clock;

class soak
{
public:
    soak(const options& o, const char* program)
        : o_(o), dice_(o.seed), server_(program, o.port), crowd_(o.streams, o.port, dice_),
          troublemakers_(o.port, dice_)
    {}

    void run()
    {
        wait_for_server();
        baseline_ = server_.descriptors();
        const auto start = steady::now();
        const auto end = start + std::chrono::seconds(o_.seconds);
        auto restart = start + std::chrono::seconds(o_.every);
        while (steady::now() < end) {
            turn(true);
            const auto now = steady::now();
            if (now > restart && end - now > std::chrono::seconds(o_.every) / 2 && !server_.is_ending()) {
                restart = now + std::chrono::seconds(o_.every);
                const bool kill = dice_.pick(2) == 0;
                ++(kill ? killed_ : terminated_);
                server_.signal(kill ? SIGKILL : SIGTERM);
            }
        }
        finish();
    }

private:
    void wait_for_server()
    {
        for (const auto patience = steady::now() + 60s; steady::now() < patience;) {
            if (ask_load(o_.port)) {
                return;
            }
            std::this_thread::sleep_for(10ms);
        }
        fail("the server does not answer");
    }

    /// Runs one step of the test, which takes about 10 ms.
    void turn(bool trouble)
    {
        const auto now = steady::now();
        if (server_.look()) {
            server_.start();
            sampled_from_ = now + 10s;
        }
        crowd_.begin_due();
        if (trouble) {
            crowd_.make_trouble();
            if (dice_.pick(10) == 0) {
                troublemakers_.begin();
            }
            publish(now);
            sample(now);
        }
        troublemakers_.tend();
        crowd_.handle_events();
    }

    /// Sends a request to publish an event. The request may fail, because the server numbers the published events.
    void publish(steady::time_point now)
    {
        if (publisher_ < 0) {
            publisher_ = connect_to(o_.port, 6);
        }
        if (publisher_ < 0 || now < next_publish_) {
            return;
        }
        next_publish_ = now + std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(1 / o_.rate));
        char answers[4096];
        ssize_t count = 0;
        while ((count = ::recv(publisher_, answers, sizeof answers, 0)) > 0) {
        }
        static constexpr std::string_view request = "POST /publish HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n";
        const bool ended = count == 0 || (errno != EAGAIN && errno != ENOTCONN);
        if (ended || (::send(publisher_, request.data(), request.size(), MSG_NOSIGNAL) < 0 && errno != EAGAIN &&
                      errno != ENOTCONN))
        {
            ::close(std::exchange(publisher_, -1));
        }
    }

    /// Samples each server. The samples begin some seconds after its start, and end with the stop signal.
    void sample(steady::time_point now)
    {
        if (now < next_sample_ || now < sampled_from_ || server_.is_ending()) {
            return;
        }
        next_sample_ = now + 500ms;
        auto& s = samples_[server_.life()];
        s.memory.push_back(static_cast<double>(server_.memory()));
        s.descriptors.push_back(static_cast<double>(server_.descriptors()));
    }

    template <class Condition>
    void until(const char* what, const Condition& holds)
    {
        const auto patience = steady::now() + 60s;
        while (!holds()) {
            if (steady::now() > patience) {
                fail(std::string("not within 60 s: ") + what);
            }
            turn(false);
        }
    }

    void finish()
    {
        until("a restart that had begun", [this] { return !server_.is_ending(); });
        std::optional<load> l;
        until("an answer to /load", [&] { return (l = ask_load(o_.port)).has_value(); });
        const auto last = l->last; // trouble is off, so no further event is published
        until("every client has every event", [&] { return crowd_.have_seen(server_.life(), last); });
        crowd_.end();
        ::close(std::exchange(publisher_, -1));
        until("streams, connections and handlers are gone", [&] {
            l = ask_load(o_.port);
            return l && l->streams == 0 && l->connections == 1 && l->handlers == 0 && troublemakers_.empty();
        });
        until("descriptors are what they were", [&] { return server_.descriptors() <= baseline_; });
        print(last);
        check_samples();
        server_.signal(SIGTERM);
        until("the last server ends", [this] { return server_.look(); });
    }

    void print(std::uint64_t last) const
    {
        std::printf("%zu streams, %d s, seed %u: %llu events received, each once and in order; the last server's %llu "
                    "by all; %llu gaps told\n",
                    o_.streams, o_.seconds, o_.seed, static_cast<unsigned long long>(crowd_.events()),
                    static_cast<unsigned long long>(last), static_cast<unsigned long long>(crowd_.gaps()));
        const auto& c = crowd_.counted();
        std::printf("clients left %zu, reset %zu, froze %zu, were ended %zu; garbage %zu, slow heads %zu; restarts: "
                    "SIGTERM %zu, SIGKILL %zu\n",
                    c.left, c.resets, c.freezes, c.ended, troublemakers_.garbage(), troublemakers_.slow_heads(),
                    terminated_, killed_);
    }

    void check_samples() const
    {
        bool flat = true;
        for (const auto& [life, s] : samples_) {
            if (s.count()) {
                std::printf("server %u: %s\n", life, s.text().c_str());
                flat = flat && s.is_flat();
            }
        }
        if (!flat) {
            fail("memory or descriptors grow");
        }
    }

    options o_;
    dice dice_;
    server_line server_;
    crowd crowd_;
    troublemakers troublemakers_;
    std::map<unsigned, samples> samples_;
    std::size_t terminated_ = 0, killed_ = 0;
    int publisher_ = -1;
    std::size_t baseline_ = 0;
    steady::time_point next_publish_{}, next_sample_{}, sampled_from_ = steady::now() + 5s;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc == 4 && std::string_view(argv[1]) == "--serve") {
        return rill_soak::serve(static_cast<std::uint16_t>(std::atoi(argv[2])),
                                static_cast<unsigned>(std::atoi(argv[3])));
    }
    auto o = parse(argc, argv);
    o.port = free_port(o.port);
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    soak(o, argv[0]).run();
    return 0;
}
