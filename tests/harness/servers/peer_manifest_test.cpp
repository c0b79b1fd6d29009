#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <harness/servers/peer_manifest.hpp>
#include <sstream>
#include <unistd.h>

using bench::choose_peers;
using bench::parse_peers;

BOOST_AUTO_TEST_SUITE(peer_manifest_test)

namespace {

std::string names_of(const std::vector<bench::peer>& peers)
{
    std::string result;
    for (const auto& each : peers) {
        result += each.name + " ";
    }
    return result;
}

std::string entry(const std::string& name, const std::string& rest = R"("command": ["x"], "endpoints": ["/ticks"])")
{
    return R"({"name": ")" + name + R"(", "title": "T", )" + rest + "}";
}

/// A source tree with an empty folder "built".
struct source_tree
{
    source_tree() { std::filesystem::create_directories(root + "/built"); }
    source_tree(const source_tree&) = delete;
    source_tree& operator=(const source_tree&) = delete;
    ~source_tree() { std::filesystem::remove_all(root); }

    void write(const std::string& name, const std::string& text) const { std::ofstream(root + "/" + name) << text; }

    std::string root =
        (std::filesystem::temp_directory_path() / ("rill-peer-manifest-" + std::to_string(::getpid()))).string();
};

std::vector<bench::peer> three()
{
    return parse_peers("[" + entry("rill") + "," + entry("floor") + "," + entry("go") + "]").value();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_manifest_is_a_list_of_servers)
{
    const auto peers =
        parse_peers(R"([{"name": "nchan", "title": "nginx + nchan", "command": ["build/n", "--port", "{port}"],
                                        "endpoints": ["/broadcast"], "note": "one process", "build": "build/n",
                                        "heartbeat": ["-b", "{heartbeat}"], "unknown": 1}])");
    BOOST_REQUIRE(peers.has_value());
    BOOST_REQUIRE_EQUAL(peers->size(), 1U);
    BOOST_TEST(peers->front().name == "nchan");
    BOOST_TEST(peers->front().title == "nginx + nchan");
    BOOST_TEST(peers->front().command.size() == 3U);
    BOOST_TEST(peers->front().endpoints.front() == "/broadcast");
    BOOST_TEST(peers->front().note == "one process");
    BOOST_TEST(peers->front().build == "build/n");
    BOOST_TEST(three()[0].note.empty());
    BOOST_TEST(three()[0].build.empty());
    BOOST_TEST(peers->front().heartbeat.size() == 2U);
    BOOST_TEST(three()[0].heartbeat.empty());
}

BOOST_FIXTURE_TEST_CASE(the_build_folder_has_the_versions_of_a_server, source_tree)
{
    bench::peer server{"a", "A", {"built/server"}, {}, {}, "built", {}};
    BOOST_TEST(version_of(server, root).empty());
    BOOST_TEST(missing_reason(server, root) == "not built: there is no built/server");

    write("built/server", "");
    write("built/version", "A 1.2.3, gcc 12.2.0\n");
    BOOST_TEST(version_of(server, root) == "A 1.2.3, gcc 12.2.0");
    BOOST_TEST(missing_reason(server, root).empty());

    server.build.clear();
    BOOST_TEST(version_of(server, root).empty());
    BOOST_TEST(missing_reason(server, root).empty());
}

BOOST_FIXTURE_TEST_CASE(the_build_folder_has_the_reason_why_a_server_was_skipped, source_tree)
{
    bench::peer server{"a", "A", {"built/server"}, {}, {}, "built", {}};
    write("built/skipped", "rustc 1.63.0 is too old: the peer needs 1.85\n");
    BOOST_TEST(missing_reason(server, root) == "not built: rustc 1.63.0 is too old: the peer needs 1.85");

    server.build.clear();
    BOOST_TEST(missing_reason(server, root) == "not built: there is no built/server");
}

BOOST_AUTO_TEST_CASE(a_heartbeat_is_passed_to_servers_that_have_an_option_for_it)
{
    const bench::peer server{"a", "A", {"run"}, {}, {}, {}, {"--beat", "={heartbeat}"}};
    const std::vector<std::string> expected{"--beat", "=30000ms"};
    BOOST_TEST(bench::heartbeat_arguments(server, std::chrono::seconds(30)) == expected,
               boost::test_tools::per_element());
    BOOST_TEST(bench::heartbeat_arguments({"b", "B", {"run"}, {}, {}, {}, {}}, std::chrono::seconds(30)).empty());
}

BOOST_AUTO_TEST_CASE(placeholders_are_filled_in)
{
    const bench::peer server{"a", "A", {"run", "--port={port}", "{ms}/{ms}", "{other}"}, {}, {}, {}, {}};
    const std::vector<std::string> expected{"run", "--port=8080", "250/250", "{other}"};
    BOOST_TEST(command_of(server, 8080, 250) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(mistakes_are_errors)
{
    BOOST_TEST(!parse_peers("").has_value());
    BOOST_TEST(!parse_peers("[").has_value());
    BOOST_TEST(!parse_peers("{}").has_value());
    BOOST_TEST(!parse_peers("[1]").has_value());
    BOOST_TEST(parse_peers("[" + entry("a") + ", {\"name\": \"b\"}]").error().starts_with("server 2: "));
    BOOST_TEST(parse_peers("[" + entry("a") + "," + entry("a") + "]").error() == "'a' occurs twice");
    BOOST_TEST(parse_peers("[" + entry("a/b") + "]").error().starts_with("'a/b' is not a name"));
    BOOST_TEST(parse_peers("[" + entry("") + "]").error().starts_with("'' is not a name"));
    BOOST_TEST(parse_peers("[" + entry("a", R"("command": [], "endpoints": [])") + "]").error() ==
               "'a' has no command");
    BOOST_TEST(parse_peers("[" + entry("a", R"("command": ["x"], "endpoints": ["/x"])") + "]").error() ==
               "'a' has an unknown endpoint '/x'");
}

BOOST_AUTO_TEST_CASE(the_floor_is_always_first)
{
    BOOST_TEST(names_of(choose_peers(three(), {}, "floor").value()) == "floor rill go ");
    BOOST_TEST(names_of(choose_peers(three(), {"go"}, "floor").value()) == "floor go ");
    BOOST_TEST(names_of(choose_peers(three(), {"go", "rill", "floor"}, "floor").value()) == "floor rill go ");
}

BOOST_AUTO_TEST_CASE(unknown_servers_are_refused)
{
    BOOST_TEST(choose_peers(three(), {"rust"}, "floor").error() == "no server 'rust'; there are: rill floor go");
    BOOST_TEST(!choose_peers(three(), {}, "ground").has_value());
}

BOOST_AUTO_TEST_CASE(the_manifest_of_the_project_is_valid)
{
    std::ifstream file(RILL_PEERS);
    std::ostringstream text;
    text << file.rdbuf();
    const auto all = parse_peers(text.str());
    const auto peers = all.and_then([](const auto& each) { return choose_peers(each, {"rill"}, "floor"); });
    BOOST_REQUIRE_MESSAGE(peers.has_value(), peers.error());
    BOOST_TEST(names_of(*peers) == "floor rill ");
    for (const auto& each : *all) { // each table shows the versions
        BOOST_TEST(!each.build.empty(), each.name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
