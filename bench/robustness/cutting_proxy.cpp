// A TCP proxy on 127.0.0.1 that cuts every connection after a second, most of them within an event.
//
//     cutting_proxy [--life MS] [--window MS] [--spread MS] [--seed N] PORT SERVER_PORT
//
// resume/cutting_proxy.hpp explains the options. Runs until SIGTERM or SIGINT, and then writes its counts to standard
// error. resuming_clients starts it.

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "robustness/probe/client_connection.hpp"
#include "robustness/probe/server_process.hpp"
#include "robustness/resume/cutting_proxy.hpp"

int main(int argc, char** argv)
{
    const auto milliseconds = [&](const char* name, const char* value) {
        return std::chrono::milliseconds(std::atoi(probe::take_option(argc, argv, name, value).c_str()));
    };
    resume::cut_plan plan;
    plan.life = milliseconds("--life", "1000");
    plan.window = milliseconds("--window", "250");
    plan.spread = milliseconds("--spread", "250");
    plan.seed = static_cast<std::uint32_t>(std::atoi(probe::take_option(argc, argv, "--seed", "1").c_str()));
    if (argc != 3 || plan.spread.count() < 0 || plan.life <= plan.spread) {
        probe::fail("usage: cutting_proxy [--life MS] [--window MS] [--spread MS] [--seed N] PORT SERVER_PORT");
    }
    probe::raise_file_limit();
    try {
        boost::asio::io_context context(1);
        resume::cutting_proxy proxy(context, static_cast<std::uint16_t>(std::atoi(argv[1])),
                                    static_cast<std::uint16_t>(std::atoi(argv[2])), plan);
        boost::asio::signal_set end(context, SIGTERM, SIGINT);
        end.async_wait([&](auto...) { context.stop(); });
        context.run();
        std::fputs(to_text(proxy.counts()).c_str(), stderr);
    } catch (const boost::system::system_error& e) {
        probe::fail(e.what());
    }
}
