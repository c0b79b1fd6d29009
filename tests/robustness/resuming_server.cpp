// A server whose streams resume after their Last-Event-ID, except for one defect, to test that resuming_clients detects
// it.
//
//     resuming_server DEFECT --port PORT
//
// GET /: event n is due n times 20 ms after the start. Its id is n.

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <rill/rill.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto period = 20ms;

enum class defect
{
    none,
    forget,     ///< begins with the next event, whatever the last event id is
    repeat,     ///< begins with the last event that the client has
    lose,       ///< skips the first event that the client does not have
    swap,       ///< sends the first two events in the other order
    send_twice, ///< sends the first event twice
};

const std::map<std::string_view, defect> defects{{"none", defect::none},     {"forget", defect::forget},
                                                 {"repeat", defect::repeat}, {"lose", defect::lose},
                                                 {"swap", defect::swap},     {"send_twice", defect::send_twice}};

class numbers
{
public:
    explicit numbers(defect d) : defect_(d) {}

    rill::awaitable<> operator()(rill::sse::event_stream& stream) const
    {
        const std::string last(stream.last_event_id());
        std::uint64_t next = static_cast<std::uint64_t>((steady::now() - start_) / period) + 1;
        if (!last.empty() && defect_ != defect::forget) {
            next = std::strtoull(last.c_str(), nullptr, 10) + 1;
            for (const auto number : first_events(next)) {
                co_await send(stream, number);
            }
            next += first_events(next).empty() ? 0 : 2;
        }
        for (;; ++next) {
            co_await send(stream, next);
        }
    }

private:
    /// What the defect sends in place of the first two events.
    std::vector<std::uint64_t> first_events(std::uint64_t next) const
    {
        switch (defect_) {
        case defect::repeat:
            return {next - 1, next, next + 1};
        case defect::lose:
            return {next + 1};
        case defect::swap:
            return {next + 1, next};
        case defect::send_twice:
            return {next, next, next + 1};
        default:
            return {};
        }
    }

    rill::awaitable<> send(rill::sse::event_stream& stream, std::uint64_t number) const
    {
        const auto due = start_ + number * period;
        if (const auto now = steady::now(); now < due) {
            co_await rill::sleep_for(due - now);
        }
        const auto data = std::to_string(number);
        co_await stream.send({.data = data, .id = number});
    }

    defect defect_;
    steady::time_point start_ = steady::now();
};

} // namespace

int main(int argc, char** argv)
{
    if (argc != 4 || !defects.contains(argv[1])) {
        return 2;
    }
    rill::router app;
    const numbers all(defects.at(argv[1]));
    app.get("/", rill::sse::endpoint([all](rill::sse::event_stream& s) -> rill::awaitable<> { co_await all(s); }));
    rill::server_options options;
    options.port = static_cast<std::uint16_t>(std::atoi(argv[3]));
    return rill::serve(std::move(app), options);
}
