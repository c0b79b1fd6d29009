// The server that benchmarks measure: the ordinary coroutine loop for each stream, nothing special.
//
//     GET /ticks?ms=N    the first event at once, then one every N ms; data is CLOCK_REALTIME in ns as decimal digits

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <ctime>
#include <rill/rill.hpp>

namespace {

/// A number's digits, which need no memory of their own.
class digits
{
public:
    explicit digits(long long number)
        : size_(static_cast<std::uint8_t>(std::to_chars(text_.data(), text_.data() + text_.size(), number).ptr -
                                          text_.data()))
    {}
    operator std::string_view() const { return {text_.data(), size_}; }

private:
    std::array<char, 20> text_;
    std::uint8_t size_;
};

digits now_ns()
{
    std::timespec now{};
    std::timespec_get(&now, TIME_UTC);
    return digits(now.tv_sec * 1'000'000'000LL + now.tv_nsec);
}

using period = rill::query<"ms", rill::bounded<int, 1, 86'400'000>, 1000>;

rill::awaitable<> ticks(rill::sse::event_stream& stream, period ms)
{
    rill::interval every{std::chrono::milliseconds(ms)};
    for (;;) {
        co_await stream.send(now_ns());
        co_await every.tick();
    }
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App cli("Streams timestamps, to be measured");
    rill::server_options options;
    options.reuse_port = true; // more streams than a process may have files: several processes on one port
    cli.add_option("--port", options.port, "port to listen on")->required();
    cli.add_option("--threads", options.threads, "workers")->check(CLI::Range(1, 256));
    CLI11_PARSE(cli, argc, argv);

    rill::router app;
    app.get("/ticks", rill::sse::endpoint(ticks));
    return rill::serve(std::move(app), options);
}
