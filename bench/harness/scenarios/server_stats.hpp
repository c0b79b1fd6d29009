#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <tl/expected.hpp>

#include "harness/client/target.hpp"

namespace bench {

/// Counters of the server for streams that it ended because they were too slow. The server provides a JSON object with
/// at least one of the members evicted_slow, evicted_full and timed_out.
class server_stats
{
public:
    /// @param path  path of the counters; empty if the server has none
    server_stats(const target& server, std::string path) : server_(server), path_(std::move(path)) {}

    bool is_known() const noexcept { return !path_.empty(); }

    /// Reads the counters as the starting point. Status 404 means that the server has not counted a stream yet.
    tl::expected<void, std::string> begin();

    /// Reads the counters again. Returns the increase since begin() for each reason, without zeros.
    tl::expected<boost::json::object, std::string> now() const;

private:
    const target& server_;
    std::string path_;
    boost::json::object before_;
};

/// Returns the sum of the counters.
std::uint64_t sum_of(const boost::json::object& counts);

/// Parses the response of the server. Returns the known members. Returns an error message if there are none.
tl::expected<boost::json::object, std::string> parse_stats(const std::string& text);

/// Returns the members of `now` minus those of `before`, without zeros.
boost::json::object difference(const boost::json::object& now, const boost::json::object& before);

} // namespace bench
