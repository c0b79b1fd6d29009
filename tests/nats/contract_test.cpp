#include "nats/log_fixture.hpp"
#include <boost/test/unit_test.hpp>
#include <rill/testing/backplane_contract.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(nats_contract_test)

namespace {

using namespace rill_test;

/// A server with one stream for each case of the contract.
struct contract_stage
{
    rill::nats::backplane_options options() const
    {
        auto made = quick_options({server.url()});
        made.stream = "S" + std::to_string(streams);
        made.subject_prefix = "events" + std::to_string(streams);
        made.append_grace = std::chrono::milliseconds(4000);
        return made;
    }
    void remove_stream() const
    {
        if (streams != 0) {
            plain_session(options())->request("$JS.API.STREAM.DELETE." + options().stream, {});
        }
    }
    void trim(std::size_t keep) const
    {
        request(*plain_session(options()), "$JS.API.STREAM.PURGE." + options().stream,
                keep == 0 ? std::string() : "{\"keep\":" + std::to_string(keep) + "}");
    }

    nats_server server;
    int streams = 0;
};

rill::testing::backplane_fixture fixture_of(contract_stage& stage)
{
    rill::testing::backplane_fixture fixture;
    fixture.create = [&stage] {
        stage.server.thaw();
        if (!stage.server.is_running()) {
            stage.server.launch();
        }
        stage.remove_stream();
        ++stage.streams;
    };
    fixture.open = [&stage] { return open_log(stage.options()); };
    fixture.interrupt = [&stage] { stage.server.freeze(); };
    fixture.restore = [&stage] { stage.server.thaw(); };
    fixture.trim = [&stage](std::size_t keep) { stage.trim(keep); };
    fixture.save = [&stage] { stage.server.save(); };
    fixture.lose_tail = [&stage] { stage.server.return_to_saved(); };
    fixture.patience = std::chrono::seconds(30);
    return fixture;
}

} // namespace

BOOST_AUTO_TEST_CASE(meets_the_contract)
{
    contract_stage stage;
    const auto report = rill::testing::run_backplane_contract(fixture_of(stage));
    BOOST_TEST(report.ok(), report.text());
    BOOST_TEST(report.passed.size() > 40U);
    BOOST_TEST_MESSAGE(report.text());
}

BOOST_AUTO_TEST_CASE(meets_the_contract_when_the_server_ends)
{
    contract_stage stage;
    auto fixture = fixture_of(stage);
    fixture.interrupt = [&stage] { stage.server.end(); };
    fixture.restore = [&stage] { stage.server.launch(); };
    // A process that has not received an event yet cannot know whether the ended server has lost some. It reports a
    // gap.
    fixture.gap_after_interrupt = true;
    const auto report = rill::testing::run_backplane_contract(fixture, "interrupt");
    BOOST_TEST(report.ok(), report.text());
}

BOOST_AUTO_TEST_SUITE_END()
