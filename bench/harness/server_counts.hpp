#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <tl/expected.hpp>

#include "harness/target.hpp"

namespace bench {

/// Why a server ended streams that were too slow, as it counts itself: an object of JSON with the members evicted_slow,
/// evicted_full and timed_out, those that it has.
class server_counts
{
public:
    /// @param path where the server tells; empty: nowhere
    server_counts(const target& server, std::string path) : server_(server), path_(std::move(path)) {}

    bool is_known() const noexcept { return !path_.empty(); }

    /// Counts from now on. What is not found (404) has counted nothing yet.
    tl::expected<void, std::string> begin();

    /// Asks again: what has been counted since begin(), by reason; only what is not 0.
    tl::expected<boost::json::object, std::string> now() const;

private:
    const target& server_;
    std::string path_;
    boost::json::object before_;
};

/// The sum of what was counted.
std::uint64_t sum_of(const boost::json::object& counts);

/// From the server's answer: those of the members that are reasons. Fails when it is no JSON object, or has none.
tl::expected<boost::json::object, std::string> parse_counts(const std::string& text);

/// The members of `now` less those of `before`, without those that are 0.
boost::json::object difference(const boost::json::object& now, const boost::json::object& before);

} // namespace bench
