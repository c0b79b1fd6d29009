// Failover with a primary, two replicas and three sentinels.

#include "log_fixture.hpp"
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <set>

using namespace rill_test;
using rill::redis::backplane;

BOOST_AUTO_TEST_SUITE(redis_failover_test)

namespace {

struct deployment
{
    redis_server primary;
    redis_server one{{.config = replica_of(primary)}};
    redis_server two{{.config = replica_of(primary)}};
    std::vector<std::unique_ptr<redis_server>> sentinels;

    deployment()
    {
        // The sentinels find the replicas through the primary. Therefore the replicas must be connected first.
        BOOST_REQUIRE(eventually([&] {
            const auto info = primary.command({"INFO", "replication"});
            return info.find("connected_slaves:2") != info.npos && info.find("state=wait_bgsave") == info.npos;
        }));
        for (int i = 0; i != 3; ++i) {
            sentinels.push_back(std::make_unique<redis_server>(redis_server::settings{
                .sentinel = true,
                .config = "sentinel monitor main 127.0.0.1 " + std::to_string(primary.port()) +
                          " 2\nsentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n"
                          "sentinel parallel-syncs main 2"}));
        }
        for (const auto& sentinel : sentinels) {
            BOOST_REQUIRE(eventually([&] {
                const auto known = sentinel->command({"SENTINEL", "MASTER", "main"});
                return known.find("num-slaves\n2\n") != known.npos &&
                       known.find("num-other-sentinels\n2\n") != known.npos;
            }));
        }
    }

    static std::string replica_of(const redis_server& primary)
    {
        return "replicaof 127.0.0.1 " + std::to_string(primary.port()) + "\nreplica-priority 100";
    }

    /// The replica that has become a primary. nullptr: none.
    redis_server* promoted()
    {
        for (auto* server : {&one, &two}) {
            if (server->command({"ROLE"}).starts_with("master")) {
                return server;
            }
        }
        return nullptr;
    }

    /// Whether all sentinels name this server as the primary.
    bool agree_on(const redis_server& server) const
    {
        return std::ranges::all_of(sentinels, [&](const auto& sentinel) {
            return sentinel->command({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"})
                .ends_with("\n" + std::to_string(server.port()) + "\n");
        });
    }

    rill::redis::backplane_options options() const
    {
        auto options = options_for(primary);
        options.request_timeout = std::chrono::milliseconds(1'000);
        options.connect_timeout = std::chrono::milliseconds(1'000);
        for (const auto& sentinel : sentinels) {
            options.sentinel.addresses.push_back({"127.0.0.1", sentinel->port()});
        }
        options.sentinel.master_name = "main";
        return options;
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_failover_that_loses_events_is_a_gap_for_every_reader)
{
    deployment servers;
    backplane log(servers.options());
    backplane other(servers.options());
    collecting_reader first;
    collecting_reader second;
    log.tail(first, {});
    other.tail(second, {});
    first.wait_for(1);
    second.wait_for(1);
    const auto kept = append(log, "kept").value();
    first.wait_for(2);
    second.wait_for(2);
    servers.primary.command({"WAIT", "2", "1000"});

    // The replicas lag behind: they do not get the following events.
    servers.one.suspend();
    servers.two.suspend();
    const auto lost = append(log, "lost").value();
    BOOST_REQUIRE(append(log, "lost, too").has_value());
    first.wait_for_last("lost, too");
    second.wait_for_last("lost, too");
    servers.primary.kill();
    servers.one.resume();
    servers.two.resume();

    const auto later = append(other, "later").value();
    const auto items = first.wait_for_last("later");
    second.wait_for_last("later");
    const std::vector<std::string> expected{"begin", "kept", "lost", "lost, too", "gap", "later"};
    BOOST_TEST((first.texts() == expected || first.texts().size() > expected.size()));
    BOOST_TEST((first.texts() == second.texts()));
    BOOST_TEST(items[4].text == "gap");
    std::set<std::uint64_t> numbers;
    for (const auto& item : items) {
        if (item.text != "begin") {
            BOOST_TEST(numbers.insert(item.number).second);
        }
    }
    BOOST_TEST(items[4].number > std::stoull(lost) + 1);
    const auto unknown = rill::make_error_code(rill::error::unknown_event_id);
    for (const auto& id : {kept, lost}) {
        BOOST_TEST((read_after(log, {.after = id}).error() == unknown));
        BOOST_TEST((read_after(other, {.after = id}).error() == unknown));
    }
    BOOST_TEST(read_after(other, {.after = std::to_string(items.back().number - 1)}).value().events.at(0).id == later);
    log.stop(first);
    other.stop(second);
}

BOOST_AUTO_TEST_CASE(an_event_that_a_replica_has_confirmed_survives)
{
    deployment servers;
    auto options = servers.options();
    options.min_replicas = 2;
    backplane log(options);
    collecting_reader reader;
    log.tail(reader, {});
    reader.wait_for(1);
    BOOST_REQUIRE(append(log, "a").has_value());
    const auto b = append(log, "b").value();
    reader.wait_for_last("b");
    servers.primary.kill();
    BOOST_REQUIRE(eventually([&] { return servers.promoted() != nullptr; }));
    BOOST_TEST(servers.promoted()->command({"XRANGE", "rill", b + "-0", b + "-0"}).find("b") != std::string::npos);
    reader.wait_for_last("gap");
    log.stop(reader);
}

// The replaced primary continues as a primary for about 10 s, until the sentinels demote it.
BOOST_AUTO_TEST_CASE(a_primary_that_was_replaced_does_not_acknowledge)
{
    deployment servers;
    auto options = servers.options();
    options.request_timeout = redis_patience; // the connections survive
    backplane log(options);
    backplane other(options);
    collecting_reader reader;
    other.tail(reader, {});
    reader.wait_for(1);
    BOOST_REQUIRE(append(log, "before").has_value());
    reader.wait_for_last("before");

    servers.primary.suspend();
    auto during = append_later(log, "during");
    redis_server* promoted = nullptr;
    BOOST_REQUIRE(eventually([&] {
        promoted = servers.promoted();
        return promoted != nullptr && servers.agree_on(*promoted);
    }));
    servers.primary.resume();
    const auto is_kept = [&](const append_result& id) {
        return promoted->command({"XRANGE", "rill", *id + "-0", *id + "-0"}).find('d') != std::string::npos;
    };
    const auto first = get(std::move(during));
    BOOST_TEST((!first || is_kept(first)));
    for (int i = 0; i != 5; ++i) {
        const auto id = append(log, "after");
        BOOST_TEST((!id || is_kept(id)));
    }
    BOOST_TEST(append(log, "last").has_value());
    reader.wait_for_last("last");
    other.stop(reader);
}

// The address leads to a server, and then to a replica that was promoted long ago.
BOOST_AUTO_TEST_CASE(events_that_a_replaced_primary_acknowledged_are_a_gap_for_the_readers_of_its_successor)
{
    redis_server first;
    const redis_server second({.config = "replicaof 127.0.0.1 " + std::to_string(first.port())});
    BOOST_REQUIRE(eventually([&] {
        return first.command({"INFO", "replication"}).find("state=online") != std::string::npos;
    }));
    const auto address = first.file("address");
    std::filesystem::create_symlink(first.file("socket"), address);
    auto options = options_for(first);
    options.unix_socket = address;
    backplane log(options);
    BOOST_REQUIRE(append(log, "before").has_value());
    BOOST_REQUIRE(eventually([&] { return second.command({"XLEN", "rill"}) == first.command({"XLEN", "rill"}); }));

    BOOST_TEST(second.command({"REPLICAOF", "NO", "ONE"}) == "OK");
    backplane other(options_for(second));
    collecting_reader reader;
    other.tail(reader, {});
    reader.wait_for(1);
    BOOST_REQUIRE(append(other, "new").has_value());
    reader.wait_for_last("new");
    BOOST_REQUIRE(append(log, "lost").has_value());

    std::filesystem::remove(address);
    std::filesystem::create_symlink(second.file("socket"), address);
    first.kill();
    const auto items = reader.wait_for_last("gap");
    BOOST_REQUIRE(append(log, "later").has_value());
    reader.wait_for_last("later");
    BOOST_TEST((reader.texts() == std::vector<std::string>{"begin", "new", "gap", "later"}));
    other.stop(reader);
}

BOOST_AUTO_TEST_SUITE_END()
