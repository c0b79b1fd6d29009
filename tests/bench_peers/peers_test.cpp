// Tests that each server of bench/peers/peers.json behaves as bench/peers/README.md describes. A server that is not
// built is skipped, unless it is part of this build.

#include "support/client.hpp"
#include "support/server_process.hpp"
#include <algorithm>
#include <boost/json.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <list>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using rill_test::client;
using rill_test::eventually;
using rill_test::server_process;
namespace data = boost::unit_test::data;

const std::filesystem::path repository = RILL_SOURCE_DIR;
constexpr std::string_view accepts = "Accept: text/event-stream\r\n";

/// A server of the manifest with one of its endpoints.
struct contestant
{
    std::string name;
    std::string endpoint;
    std::vector<std::string> command;
    std::string build; ///< folder with the versions

    friend std::ostream& operator<<(std::ostream& out, const contestant& c) { return out << c.name << c.endpoint; }

    /// The servers of this build must exist.
    bool available() const
    {
        if (std::filesystem::path(command.at(0)).is_absolute() || std::filesystem::exists(repository / command.at(0))) {
            return true;
        }
        BOOST_TEST_MESSAGE(name << " is not built here: ./dev bench peers");
        return false;
    }

    std::string target(std::string_view ms) const { return endpoint + "?ms=" + std::string(ms); }
};

/// Returns a path of the manifest. Replaces the folder of the release build by the folder of this build.
std::string in_this_build(std::string path)
{
    const std::string_view release = "build/release/bench/";
    return path.starts_with(release) ? path.replace(0, release.size(), RILL_BENCH_DIR "/") : path;
}

std::vector<contestant> contestants()
{
    std::ifstream file(repository / "bench/peers/peers.json");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    std::vector<contestant> all;
    const auto manifest = boost::json::parse(text);
    for (const auto& entry : manifest.as_array()) {
        auto command = boost::json::value_to<std::vector<std::string>>(entry.at("command"));
        command.front() = in_this_build(std::move(command.front()));
        const auto build = in_this_build(boost::json::value_to<std::string>(entry.at("build")));
        for (const auto& endpoint : entry.at("endpoints").as_array()) {
            all.push_back(
                {std::string(entry.at("name").as_string()), std::string(endpoint.as_string()), command, build});
        }
    }
    return all;
}

/// The command that starts the server, with an event every 50 ms.
std::vector<std::string> start(const contestant& c)
{
    std::vector<std::string> command{(repository / "bench/peers/start").string()};
    for (const auto& argument : c.command) {
        command.push_back(argument == "{ms}" ? "50" : argument);
    }
    return command;
}

std::int64_t now_ns()
{
    return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::int64_t time_of(const std::optional<rill_test::received_event>& event)
{
    BOOST_REQUIRE(event.has_value());
    const auto& text = event->data;
    BOOST_REQUIRE_MESSAGE(!text.empty() && text.find_first_not_of("0123456789") == text.npos, "not a number: " << text);
    return std::stoll(text);
}

void check_head(const client& stream)
{
    BOOST_TEST(stream.status() == 200);
    BOOST_TEST(stream.header("content-type").starts_with("text/event-stream"));
    BOOST_TEST(stream.header("cache-control") == "no-cache, no-transform");
    BOOST_TEST(stream.header("x-accel-buffering") == "no");
}

} // namespace

BOOST_DATA_TEST_CASE(events_have_increasing_times, data::make(contestants()), tested)
{
    if (!tested.available()) {
        return;
    }
    const server_process server(start(tested));
    const auto before = now_ns();
    client stream(server.port());
    stream.get(tested.target("50"), accepts);
    check_head(stream);
    auto last = before;
    for (int i = 0; i < 5; ++i) {
        const auto time = time_of(stream.event());
        BOOST_TEST(time > last);
        last = time;
    }
    BOOST_TEST(last <= now_ns());
}

// The comparison counts events. Therefore each server must send the same number of bytes for an event. nchan creates
// its own ids.
BOOST_DATA_TEST_CASE(events_have_the_same_size_at_all_servers, data::make(contestants()), tested)
{
    if (!tested.available() || tested.name == "nchan") {
        return;
    }
    const server_process server(start(tested));
    client stream(server.port());
    stream.get(tested.target("50"), accepts);
    std::uint64_t last_id = 0;
    for (int i = 0; i < 5; ++i) {
        const auto event = stream.event();
        time_of(event);
        if (tested.endpoint == "/ticks") {
            BOOST_TEST(event->id.empty());
            BOOST_TEST(event->size == std::string_view("data: 0123456789012345678\n\n").size());
            continue;
        }
        BOOST_TEST(event->size == std::string_view("id: 0123456789012345\ndata: 0123456789012345678\n\n").size());
        BOOST_REQUIRE_MESSAGE(event->id.size() == 16 && event->id.find_first_not_of("0123456789") == event->id.npos,
                              "not an id of 16 digits: " << event->id);
        const auto id = std::stoull(event->id);
        BOOST_TEST((last_id == 0 || id == last_id + 1));
        last_id = id;
    }
}

// The tables of the comparison show the versions.
BOOST_DATA_TEST_CASE(a_server_that_is_built_has_its_versions, data::make(contestants()), tested)
{
    if (!tested.available()) {
        return;
    }
    std::ifstream file(repository / tested.build / "version");
    std::string versions;
    std::getline(file, versions);
    BOOST_TEST(versions.find_first_of("0123456789") != versions.npos, tested.build);
    BOOST_TEST(!std::filesystem::exists(repository / tested.build / "skipped"));
}

BOOST_DATA_TEST_CASE(a_bad_period_is_refused, data::make(contestants()), tested)
{
    if (!tested.available()) {
        return;
    }
    const server_process server(start(tested));
    client stream(server.port());
    stream.get(tested.target("0"), accepts);
    BOOST_TEST(stream.status() / 100 == 4);
}

BOOST_DATA_TEST_CASE(ticks_begin_at_once_and_broadcasts_are_shared, data::make(contestants()), tested)
{
    if (!tested.available()) {
        return;
    }
    const server_process server(start(tested));
    client first(server.port());
    if (tested.endpoint == "/ticks") {
        first.get(tested.target("86400000"), accepts);
        const auto time = time_of(first.event());
        BOOST_TEST(time <= now_ns());
        return;
    }
    client second(server.port());
    first.get(tested.target("50"), accepts);
    time_of(first.event());
    const auto asked = now_ns();
    second.get(tested.target("50"), accepts);
    const auto joined = time_of(second.event());
    BOOST_TEST(joined > asked); // the stream gets no event of an earlier tick
    std::set<std::int64_t> of_second{joined};
    for (int i = 0; i < 3; ++i) {
        of_second.insert(time_of(second.event()));
    }
    int common = 0;
    for (auto time = asked; time < *of_second.rbegin();) {
        time = time_of(first.event());
        common += of_second.contains(time) ? 1 : 0;
    }
    BOOST_TEST(common > 0); // streams with separate ticks would not have equal nanoseconds
}

// Only the server of rill has these endpoints. They are for loads with large events.
BOOST_AUTO_TEST_CASE(a_broadcast_can_be_padded_and_counted)
{
    const auto all = contestants();
    const auto rill = std::find_if(all.begin(), all.end(),
                                   [](const auto& c) { return c.name == "rill" && c.endpoint == "/broadcast"; });
    BOOST_REQUIRE(rill != all.end());
    const server_process server(start(*rill));
    client stream(server.port());
    stream.get("/broadcast?ms=50&bytes=1000", accepts);
    for (int i = 0; i < 3; ++i) {
        time_of(stream.event());
    }
    const auto stats = [&](const std::string& query) {
        client asks(server.port());
        asks.get("/broadcast/stats?" + query);
        return std::pair(asks.status(), asks.status() == 200 ? asks.body() : std::string());
    };
    BOOST_TEST(stats("ms=50").first == 404);
    const auto [status, text] = stats("ms=50&bytes=1000");
    BOOST_TEST_REQUIRE(status == 200);
    const auto counted = boost::json::parse(text);
    BOOST_TEST(counted.at("subscribers").to_number<int>() == 1);
    BOOST_TEST(counted.at("delivered").to_number<int>() >= 3);
    BOOST_TEST(counted.at("held_bytes").to_number<int>() >= 1000 * counted.at("published").to_number<int>());
}

BOOST_DATA_TEST_CASE(a_disconnect_frees_the_stream, data::make(contestants()), tested)
{
    if (!tested.available()) {
        return;
    }
    constexpr std::size_t streams = 20;
    const server_process server(start(tested));
    client stays(server.port());
    stays.get(tested.target("50"), accepts);
    time_of(stays.event());
    std::list<client> clients;
    for (std::size_t i = 0; i < streams; ++i) {
        clients.emplace_back(server.port()).get(tested.target("50"), accepts);
        time_of(clients.back().event());
    }
    const auto all = server.descriptors();
    clients.clear();
    BOOST_TEST(eventually([&] { return server.descriptors() <= all - streams; }));
    time_of(stays.event());
}

BOOST_DATA_TEST_CASE(a_server_ends_with_the_process_that_started_it, data::make(contestants()), tested)
{
    if (!tested.available()) {
        return;
    }
    std::vector<std::string> command{"/bin/bash", "-c", R"("$@" & wait)", "bash"};
    const auto started = start(tested);
    command.insert(command.end(), started.begin(), started.end());
    server_process shell(std::move(command));
    shell.kill();
    BOOST_TEST(eventually([&] { return !shell.accepts(); }));
}
