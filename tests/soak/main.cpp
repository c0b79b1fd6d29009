// Mixed trouble for a server, for as long as is asked for, and a history that is checked.
//
//     soak [--streams N] [--seconds S] [--port P] [--seed X] [--every R]      5000, 600, 23100, 1 and 45 by default
//
// Streams that come and go, by FIN and by RST; that freeze; garbage; heads that drip; events that are published over
// HTTP all the time; every R seconds the server is restarted, by SIGTERM or by SIGKILL. In the end each client
// must have seen every event of the last server up to its last one, and all that reader.hpp demands, and the server
// must have let go of everything. The server is this same program, started anew.

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "soak/reader.hpp"
#include "soak/server.hpp"
#include "soak/server_line.hpp"
#include "soak/sockets.hpp"

namespace {

using namespace std::chrono_literals;
using namespace rill_soak;
using steady = std::chrono::steady_clock;

struct options
{
    std::size_t streams = 5000;
    int seconds = 600;
    std::uint16_t port = 23100;
    unsigned seed = 1;
    int every = 45;
    double rate = 5; ///< events a second
};

options parse(int argc, char** argv)
{
    options o;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        const char* value = argv[i + 1];
        if (name == "--streams") {
            o.streams = static_cast<std::size_t>(std::atoi(value));
        } else if (name == "--seconds") {
            o.seconds = std::atoi(value);
        } else if (name == "--port") {
            o.port = static_cast<std::uint16_t>(std::atoi(value));
        } else if (name == "--seed") {
            o.seed = static_cast<unsigned>(std::atoi(value));
        } else if (name == "--every") {
            o.every = std::atoi(value);
        } else {
            fail("no option " + name);
        }
    }
    return o;
}

/// One stream's client, which comes back whenever its connection has ended.
struct client
{
    reader seen;
    int socket = -1;
    bool asked = false;
    bool frozen = false;
    steady::time_point next{}; ///< when it comes back, or thaws
};

/// A connection that only makes trouble.
struct troublemaker
{
    int socket = -1;
    bool drips = false;
    steady::time_point end{};
    std::size_t dripped = 0;
};

struct tally
{
    std::size_t left = 0, resets = 0, freezes = 0, garbage = 0, slow_heads = 0, terminated = 0, killed = 0, ended = 0;
};

/// Memory and descriptors of one server, while its clients are there.
struct life_samples
{
    std::vector<double> memory;
    std::vector<double> descriptors;
};

class soak
{
public:
    soak(const options& o, const char* program)
        : o_(o), random_(o.seed), server_(program, o.port), clients_(o.streams), epoll_(::epoll_create1(EPOLL_CLOEXEC))
    {}
    soak(const soak&) = delete;
    soak& operator=(const soak&) = delete;
    ~soak() { ::close(epoll_); }

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
                const bool kill = pick(2) == 0;
                ++(kill ? tally_.killed : tally_.terminated);
                server_.signal(kill ? SIGKILL : SIGTERM);
            }
        }
        finish();
    }

private:
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }
    std::chrono::milliseconds between(std::size_t least, std::size_t most)
    {
        return std::chrono::milliseconds(least + pick(most - least + 1));
    }

    void wait_for_server()
    {
        for (int i = 0; i < 1000; ++i) {
            if (ask_load(o_.port)) {
                return;
            }
            std::this_thread::sleep_for(10ms);
        }
        fail("the server does not answer");
    }

    /// Some 10 ms.
    void turn(bool trouble)
    {
        const auto now = steady::now();
        if (server_.look()) {
            server_.start();
            sampled_from_ = now + 10s;
        }
        for (auto& c : clients_) {
            if (now >= c.next && (c.socket < 0 || c.frozen)) {
                c.frozen ? thaw(c) : open(c);
            }
        }
        if (trouble) {
            make_trouble(now);
            publish(now);
            sample(now);
        }
        tend_troublemakers(now);
        handle_events();
    }

    void open(client& c)
    {
        const auto index = static_cast<std::size_t>(&c - clients_.data());
        c.next = steady::now() + between(200, 1000);
        c.socket = connect_to(o_.port, static_cast<unsigned>(index));
        if (c.socket < 0) {
            return;
        }
        c.seen.begin();
        c.asked = false;
        epoll_event event{.events = EPOLLOUT, .data = {.u64 = index}};
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, c.socket, &event);
    }

    void watch(client& c, std::uint32_t events)
    {
        epoll_event event{.events = events, .data = {.u64 = static_cast<std::uint64_t>(&c - clients_.data())}};
        ::epoll_ctl(epoll_, EPOLL_CTL_MOD, c.socket, &event);
    }

    void thaw(client& c)
    {
        c.frozen = false;
        watch(c, EPOLLIN);
    }

    void close(client& c, bool by_reset)
    {
        by_reset ? reset(c.socket) : static_cast<void>(::close(c.socket));
        c.socket = -1;
        c.frozen = false;
        c.next = steady::now() + between(20, 1000);
    }

    /// In a second about one in 50 leaves, one in 50 is reset, and one in 50 freezes.
    void make_trouble(steady::time_point now)
    {
        const auto count = [this] { return (o_.streams + pick(5000)) / 5000; };
        for (auto n = count(); n != 0; --n) {
            auto& c = clients_[pick(clients_.size())];
            if (c.socket >= 0 && c.asked) {
                const bool by_reset = pick(2) == 0;
                ++(by_reset ? tally_.resets : tally_.left);
                close(c, by_reset);
            }
        }
        auto& c = clients_[pick(clients_.size())];
        if (c.socket >= 0 && c.asked && !c.frozen) {
            ++tally_.freezes;
            c.frozen = true;
            c.next = now + between(500, 8000);
            watch(c, 0);
        }
        if (pick(10) == 0 && troublemakers_.size() < 100) {
            begin_trouble(now);
        }
    }

    void begin_trouble(steady::time_point now)
    {
        const int socket = connect_to(o_.port, 7);
        if (socket < 0) {
            return;
        }
        const bool drips = pick(2) == 0;
        ++(drips ? tally_.slow_heads : tally_.garbage);
        troublemakers_.push_back({socket, drips, now + between(200, drips ? 12'000 : 1000)});
    }

    void tend_troublemakers(steady::time_point now)
    {
        static constexpr std::string_view head = "GET /direct HTTP/1.1\r\nHost: t\r\nX-Filler: ";
        std::erase_if(troublemakers_, [&](troublemaker& t) {
            if (now < t.end) {
                if (t.drips && pick(25) == 0) {
                    ::send(t.socket, head.data() + t.dripped++ % head.size(), 1, MSG_NOSIGNAL);
                } else if (!t.drips) {
                    std::string bytes(pick(400), '\0');
                    for (auto& b : bytes) {
                        b = static_cast<char>(pick(256));
                    }
                    ::send(t.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
                }
                return false;
            }
            ::close(t.socket);
            return true;
        });
    }

    /// Nothing depends on whether it succeeds: the server numbers what it publishes.
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

    void handle_events()
    {
        std::vector<epoll_event> events(1024);
        const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 10);
        for (int i = 0; i < count; ++i) {
            auto& c = clients_[events[static_cast<std::size_t>(i)].data.u64];
            if (c.socket >= 0 && !c.asked) {
                ask(c);
            } else if (c.socket >= 0 && !c.frozen) {
                receive(c);
            } else if (c.socket >= 0) {
                close(c, false); // ended while it was frozen: what had come is lost with it, and is asked for again
            }
        }
    }

    void ask(client& c)
    {
        const bool direct = (&c - clients_.data()) % 2 == 0;
        auto request = std::string("GET ") + (direct ? "/direct" : "/handled") + " HTTP/1.1\r\nHost: t\r\n";
        if (!c.seen.last_id().empty()) {
            request += "Last-Event-ID: " + c.seen.last_id() + "\r\n";
        }
        request += "\r\n";
        if (::send(c.socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
            return close(c, false);
        }
        c.asked = true;
        watch(c, EPOLLIN);
    }

    void receive(client& c)
    {
        static char bytes[64 * 1024];
        const auto count = ::recv(c.socket, bytes, sizeof bytes, 0);
        if (count < 0 && errno == EAGAIN) {
            return;
        }
        if (count <= 0) {
            tally_.ended += 1;
            return close(c, false);
        }
        if (const auto wrong = c.seen.read({bytes, static_cast<std::size_t>(count)})) {
            fail("client " + std::to_string(&c - clients_.data()) + ": " + *wrong);
        }
    }

    /// Of each server, from ten seconds after its clients have begun to come until it is told to end.
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
        const auto last = l->last; // the publisher has ended
        until("every client has every event", [&] {
            return std::all_of(clients_.begin(), clients_.end(), [&](const client& c) {
                return c.seen.life() == server_.life() && c.seen.number() == last;
            });
        });
        for (auto& c : clients_) {
            if (c.socket >= 0) {
                close(c, false);
            }
            c.next = steady::time_point::max();
        }
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
        std::uint64_t events = 0;
        std::uint64_t gaps = 0;
        for (const auto& c : clients_) {
            events += c.seen.events();
            gaps += c.seen.gaps();
        }
        std::printf("%zu streams, %d s, seed %u: %llu events received, each once and in order; the last server's %llu "
                    "by all; %llu gaps told\n",
                    o_.streams, o_.seconds, o_.seed, static_cast<unsigned long long>(events),
                    static_cast<unsigned long long>(last), static_cast<unsigned long long>(gaps));
        std::printf("clients left %zu, reset %zu, froze %zu, were ended %zu; garbage %zu, slow heads %zu; restarts: "
                    "SIGTERM %zu, SIGKILL %zu\n",
                    tally_.left, tally_.resets, tally_.freezes, tally_.ended, tally_.garbage, tally_.slow_heads,
                    tally_.terminated, tally_.killed);
    }

    static std::pair<double, double> thirds(const std::vector<double>& all)
    {
        const auto third = static_cast<std::ptrdiff_t>(all.size() / 3);
        const auto mean = [third](auto begin) {
            double sum = 0;
            for (auto i = begin; i != begin + third; ++i) {
                sum += *i;
            }
            return sum / static_cast<double>(third);
        };
        return {mean(all.begin()), mean(all.end() - third)};
    }

    /// Flat: no more than a tenth (and 1 MiB, or 10 descriptors) above the first third in the last one.
    void check_samples() const
    {
        bool flat = true;
        for (const auto& [life, s] : samples_) {
            if (s.memory.size() < 12) {
                continue;
            }
            const auto memory = thirds(s.memory);
            const auto descriptors = thirds(s.descriptors);
            std::printf("server %u: %zu samples; PSS %.0f KiB in the first third, %.0f KiB in the last; descriptors "
                        "%.0f, %.0f\n",
                        life, s.memory.size(), memory.first, memory.second, descriptors.first, descriptors.second);
            flat = flat && memory.second <= memory.first * 1.1 + 1024 &&
                   descriptors.second <= descriptors.first * 1.1 + 10;
        }
        if (!flat) {
            fail("memory or descriptors grow");
        }
    }

    options o_;
    std::mt19937 random_;
    server_line server_;
    std::vector<client> clients_;
    std::vector<troublemaker> troublemakers_;
    std::map<unsigned, life_samples> samples_;
    tally tally_;
    int epoll_;
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
    const auto o = parse(argc, argv);
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    soak(o, argv[0]).run();
    return 0;
}
