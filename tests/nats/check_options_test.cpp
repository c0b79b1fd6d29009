#include "nats/check_options.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(nats_check_options_test)

using rill::nats::backplane_options;

BOOST_AUTO_TEST_CASE(accepts_the_defaults)
{
    BOOST_CHECK_NO_THROW(rill::nats::check_options({}));
}

BOOST_AUTO_TEST_CASE(names_the_wrong_option)
{
    using std::chrono::milliseconds;
    const std::vector<std::pair<std::string, std::function<void(backplane_options&)>>> table{
        {"stream", [](auto& o) { o.stream = ""; }},
        {"stream", [](auto& o) { o.stream = "a.b"; }},
        {"stream", [](auto& o) { o.stream = std::string(257, 'a'); }},
        {"subject_prefix", [](auto& o) { o.subject_prefix = "a.*"; }},
        {"servers", [](auto& o) { o.servers.clear(); }},
        {"username", [](auto& o) { o.username = o.token = "x"; }},
        {"replicas", [](auto& o) { o.replicas = 2; }},
        {"connect_timeout", [](auto& o) { o.connect_timeout = {}; }},
        {"request_timeout", [](auto& o) { o.request_timeout = {}; }},
        {"append_grace", [](auto& o) { o.append_grace = {}; }},
        {"read_timeout", [](auto& o) { o.read_timeout = std::chrono::hours(25); }},
        {"heartbeat", [](auto& o) { o.heartbeat = milliseconds(99); }},
        {"catch_up_time", [](auto& o) { o.catch_up_time = milliseconds(-1); }},
        {"initial_backoff", [](auto& o) { o.initial_backoff = {}; }},
        {"max_backoff", [](auto& o) { o.max_backoff = o.initial_backoff - milliseconds(1); }},
        {"duplicate_window", [](auto& o) { o.duplicate_window = o.append_grace * 2 - milliseconds(1); }},
        {"retention.max_age", [](auto& o) { o.retention.max_age = std::chrono::seconds(1); }},
        {"read_threads", [](auto& o) { o.read_threads = 0; }},
        {"max_pending_events", [](auto& o) { o.max_pending_events = 0; }},
        {"max_pending_bytes", [](auto& o) { o.max_pending_bytes = 0; }},
    };
    for (const auto& [name, change] : table) {
        backplane_options options;
        change(options);
        BOOST_CHECK_EXCEPTION(rill::nats::check_options(options), std::invalid_argument, [&](const auto& e) {
            return std::string(e.what()).starts_with("nats::backplane_options::" + name + " is ");
        });
    }
}

BOOST_AUTO_TEST_SUITE_END()
