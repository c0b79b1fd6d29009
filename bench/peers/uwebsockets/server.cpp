// A peer for benchmarks: the two endpoints with uWebSockets, without TLS and compression. build.sh compiles this file.

#include <App.h>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <list>
#include <map>
#include <string>
#include <string_view>

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

using response = uWS::HttpResponse<false>;

std::string event_now()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return "data: " + std::to_string(std::chrono::nanoseconds(now).count()) + "\n\n";
}

// Without cork(), each part of a chunk is a separate system call.
void send(response* to, std::string_view event)
{
    to->cork([=] { to->write(event); });
}

/// A timer of the event loop that calls a function.
template <class Target>
class loop_timer
{
public:
    explicit loop_timer(Target& target)
        : timer_(us_create_timer(reinterpret_cast<us_loop_t*>(uWS::Loop::get()), 0, sizeof(Target*)))
    {
        *static_cast<Target**>(us_timer_ext(timer_)) = &target;
    }
    loop_timer(const loop_timer&) = delete;
    loop_timer& operator=(const loop_timer&) = delete;
    ~loop_timer() { us_timer_close(timer_); }

    void set(milliseconds first, milliseconds period)
    {
        const auto fire = [](us_timer_t* timer) { (*static_cast<Target**>(us_timer_ext(timer)))->on_timer(); };
        us_timer_set(timer_, fire, static_cast<int>(first.count()), static_cast<int>(period.count()));
    }

private:
    us_timer_t* timer_;
};

/// The streams of /ticks. A timer of uSockets has its own file descriptor. With a timer for each stream, the limit of
/// open files would halve the number of streams. Therefore one timer serves the stream that is due first.
class tick_streams
{
public:
    void add(response* to, milliseconds period)
    {
        send(to, event_now());
        const auto added = due_.emplace(steady_clock::now() + period, stream{to, period});
        to->onAborted([this, to] { remove(to); });
        places_.emplace(to, added);
        if (added == due_.begin()) {
            set_timer();
        }
    }

    void on_timer()
    {
        const auto now = steady_clock::now();
        while (!due_.empty() && due_.begin()->first <= now) {
            auto next = due_.extract(due_.begin());
            send(next.mapped().to, event_now());
            next.key() += next.mapped().period;
            due_.insert(std::move(next)); // the iterator in places_ stays valid
        }
        set_timer();
    }

private:
    struct stream
    {
        response* to;
        milliseconds period;
    };
    using schedule = std::multimap<steady_clock::time_point, stream>;

    void remove(response* to)
    {
        const auto found = places_.find(to);
        due_.erase(found->second);
        places_.erase(found);
    }

    void set_timer()
    {
        if (!due_.empty()) {
            const auto left = std::chrono::ceil<milliseconds>(due_.begin()->first - steady_clock::now());
            timer_.set(std::max(left, 1ms), 0ms); // 0 would stop the timer
        }
    }

    schedule due_;
    std::map<response*, schedule::iterator> places_;
    loop_timer<tick_streams> timer_{*this};
};

/// The streams of /broadcast that share a period.
class broadcast_streams
{
public:
    explicit broadcast_streams(milliseconds period) { timer_.set(period, period); }

    void add(response* to)
    {
        send(to, ":\n\n"); // the first write also sends the head
        const auto place = streams_.insert(streams_.end(), to);
        to->onAborted([this, place] { streams_.erase(place); });
    }

    void on_timer()
    {
        const auto event = "id: " + std::to_string(id_++) + "\n" + event_now();
        for (auto* each : streams_) {
            send(each, event);
        }
    }

private:
    static std::uint64_t microseconds_since_1970()
    {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
    }

    std::list<response*> streams_;
    std::uint64_t id_ = microseconds_since_1970();
    loop_timer<broadcast_streams> timer_{*this};
};

/// Returns zero if the period is invalid.
milliseconds period_of(uWS::HttpRequest* request)
{
    const auto text = request->getQuery("ms");
    int ms = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), ms);
    const bool is_number = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
    return milliseconds(is_number && ms >= 1 && ms <= 86'400'000 ? ms : 0);
}

/// Writes the header fields of a stream. Returns the period, or zero if it is invalid and the response is complete.
milliseconds begin_stream(response* to, uWS::HttpRequest* request)
{
    const auto period = period_of(request);
    if (period == 0ms) {
        to->writeStatus("400 Bad Request")->end();
        return period;
    }
    to->writeHeader("Content-Type", "text/event-stream");
    to->writeHeader("Cache-Control", "no-cache, no-transform");
    to->writeHeader("X-Accel-Buffering", "no");
    return period;
}

bool run(int port)
{
    tick_streams ticks;
    std::map<milliseconds, broadcast_streams> broadcasts; // by period
    bool listens = false;
    uWS::App()
        .get("/ticks",
             [&](auto* to, auto* request) {
                 if (const auto period = begin_stream(to, request); period != 0ms) {
                     ticks.add(to, period);
                 }
             })
        .get("/broadcast",
             [&](auto* to, auto* request) {
                 if (const auto period = begin_stream(to, request); period != 0ms) {
                     broadcasts.try_emplace(period, period).first->second.add(to);
                 }
             })
        .any("/*", [](auto* to, auto*) { to->writeStatus("404 Not Found")->end(); })
        .listen("127.0.0.1", port, [&](auto* socket) { listens = socket != nullptr; })
        .run();
    return listens;
}

} // namespace

int main(int argc, char** argv)
{
    const int port = argc == 3 && std::string_view(argv[1]) == "--port" ? std::atoi(argv[2]) : 0;
    if (port < 1 || port > 65'535) {
        std::cerr << "usage: server --port PORT\n";
        return 2;
    }
    if (!run(port)) {
        std::cerr << "server: cannot listen on port " << port << '\n';
        return 1;
    }
}
