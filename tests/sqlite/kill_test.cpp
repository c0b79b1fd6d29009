#include <charconv>
#include <map>
#include <random>
#include <thread>

#include "sqlite/child_process.hpp"
#include "sqlite/log_fixture.hpp"

BOOST_AUTO_TEST_SUITE(sqlite_kill_test)

namespace {

constexpr int rounds = 30;
constexpr std::size_t max_waiting = 100;

// Appends events until the process is killed. Writes "ID DATA\n" for each acknowledged event.
void append_for_ever(const std::string& file, int round, int pipe)
{
    rill::sqlite::backplane log({.file = file, .retention = {.max_events = UINT64_MAX, .max_bytes = UINT64_MAX}});
    std::atomic<std::size_t> waiting = 0;
    for (int i = 0;; ++i) {
        while (waiting >= max_waiting) {
            std::this_thread::yield();
        }
        ++waiting;
        const auto data = std::to_string(round) + ":" + std::to_string(i);
        static_cast<void>(log.append(make_draft(data), {}, [&waiting, data, pipe](rill::result<std::string> id) {
            const auto line = id.value() + " " + data + "\n";
            [[maybe_unused]] const auto written = ::write(pipe, line.data(), line.size());
            --waiting;
        }));
    }
}

using ledger = std::map<std::uint64_t, std::string>;

// The last line may be incomplete.
void add_lines(const std::string& lines, ledger& acknowledged)
{
    for (std::size_t at = 0, end = 0; (end = lines.find('\n', at)) != std::string::npos; at = end + 1) {
        const auto space = lines.find(' ', at);
        acknowledged[std::stoull(lines.substr(at, space - at))] = lines.substr(space + 1, end - space - 1);
    }
}

// All events of the log, which must not have a hole.
ledger read_log(const std::string& file)
{
    rill::sqlite::backplane log({.file = file});
    ledger held;
    std::string after;
    for (bool at_end = false; !at_end;) {
        const auto page = read_after(log, {.after = after, .max_events = 10'000}).value();
        for (const auto& e : page.events) {
            BOOST_TEST_REQUIRE((held.empty() || e.number == held.rbegin()->first + 1));
            held[e.number] = e.event.data();
        }
        after = page.end.id;
        at_end = page.at_end;
    }
    return held;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_killed_process_loses_no_acknowledged_event)
{
    temporary_directory files;
    std::mt19937 random(18); // the same moments in each run
    ledger acknowledged;
    for (int round = 0; round != rounds; ++round) {
        child_process child([&](int pipe) { append_for_ever(files.file(), round, pipe); });
        std::thread killer([&, pause = std::chrono::milliseconds(20 + random() % 100)] {
            std::this_thread::sleep_for(pause);
            child.kill();
        });
        add_lines(child.read_all(), acknowledged);
        killer.join();
    }
    const auto held = read_log(files.file());
    BOOST_TEST(!acknowledged.empty());
    std::map<std::string, int> copies;
    for (const auto& [id, data] : held) {
        BOOST_TEST(++copies[data] == 1);
    }
    for (const auto& [id, data] : acknowledged) {
        const auto found = held.find(id);
        BOOST_TEST((found != held.end() && found->second == data));
    }
    BOOST_TEST_MESSAGE(acknowledged.size() << " events acknowledged, " << held.size() << " held");
}

BOOST_AUTO_TEST_SUITE_END()
