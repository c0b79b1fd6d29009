#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <string>
#include <sys/wait.h>

#include "support/test_ports.hpp"

// Tests that resuming_clients detects the defects of a server.

namespace bdata = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(resuming_clients_test)

namespace {

/// The output and the exit code of the program.
struct program
{
    /// Runs the program for a second with 20 streams of a server with this defect. It continues until all streams have
    /// been cut.
    program(const std::string& defect, const std::string& promise)
    {
        const auto port = std::to_string(two_ports());
        const auto command = std::string(RESUMING_CLIENTS) + " --streams 20 --for 1 --wait 50 --path / --promise " +
                             promise + " " + port + " " + RESUMING_SERVER + " " + defect + " --port " + port + " 2>&1";
        auto* const pipe = ::popen(command.c_str(), "r");
        BOOST_REQUIRE(pipe != nullptr);
        char bytes[1024];
        for (std::size_t count = 0; (count = std::fread(bytes, 1, sizeof bytes, pipe)) > 0;) {
            output.append(bytes, count);
        }
        const int status = ::pclose(pipe);
        exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    /// A free port for the server. The next one, for the proxy, is free as well.
    static int two_ports()
    {
        int port = rill_test::free_port();
        while (!rill_test::is_free(port + 1)) {
            port = rill_test::free_port();
        }
        return port;
    }

    /// The number that follows a name in the output.
    std::uint64_t count(const std::string& name) const
    {
        const auto at = output.find(name + " ");
        BOOST_REQUIRE_MESSAGE(at != output.npos, name << " is missing in " << output);
        return std::stoull(output.substr(at + name.size() + 1));
    }

    std::string output;
    int exit_code = 0;
};

const char* const resume_defects[] = {"forget", "repeat", "lose", "swap", "send_twice"};

} // namespace

BOOST_AUTO_TEST_CASE(a_server_that_resumes_keeps_its_promise)
{
    const program p("none", "all");
    BOOST_TEST_CONTEXT(p.output)
    {
        BOOST_TEST(p.exit_code == 0);
        BOOST_TEST(p.count("cuts") >= 20);
        BOOST_TEST(p.output.find(" 0 within") == p.output.npos);
        BOOST_TEST(p.output.find("each event once and in order") != p.output.npos);
    }
}

BOOST_DATA_TEST_CASE(each_defect_breaks_the_promise, bdata::make(resume_defects), defect)
{
    const program p(defect, "all");
    const std::string name = defect;
    BOOST_TEST_CONTEXT(p.output)
    {
        BOOST_TEST(p.exit_code == 1);
        BOOST_TEST(p.output.find("the promise is broken: all") != p.output.npos);
        BOOST_TEST((p.count("duplicates") > 0) == (name == "repeat" || name == "send_twice"));
        if (name != "swap") { // a cut between the two events loses the second one
            BOOST_TEST((p.count("missing") > 0) == (name == "forget" || name == "lose"));
        }
        BOOST_TEST((p.count("out of order") > 0) == (name == "swap"));
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_forgets_keeps_the_order)
{
    const program p("forget", "order");
    BOOST_TEST_CONTEXT(p.output)
    {
        BOOST_TEST(p.exit_code == 0);
        BOOST_TEST(p.count("missing") > 0);
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_repeats_or_swaps_within_a_connection_breaks_the_order)
{
    for (const char* const defect : {"send_twice", "swap"}) {
        const program p(defect, "order");
        BOOST_TEST_CONTEXT(p.output)
        {
            BOOST_TEST(p.exit_code == 1);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
