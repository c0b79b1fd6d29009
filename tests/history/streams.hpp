#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <rill/client/event_source.hpp>
#include <rill/core/awaitable.hpp>
#include <set>
#include <string>
#include <vector>

#include "history/checker.hpp"
#include "history/fault_plan.hpp"

namespace history {

struct stream_options
{
    std::size_t streams = 200;
    std::uint64_t seed = 1;
    std::vector<std::uint16_t> ports{}; ///< of the rill processes
    std::vector<std::string> topics{};
    /// The ids after which streams begin, all of them before the first event of the run. A stream without such an id
    /// begins with the next event.
    log_number begin = 0;
    milliseconds shortest_leg{200};
    milliseconds longest_leg{3'000};
};

/// Event sources that read from the rill processes. Each stream is cut at times that depend on the seed, and resumes at
/// any of the processes with its last event id. If a process ends, a stream reconnects to the same process until its
/// next cut.
///
/// Belongs to the thread that runs the context.
class streams
{
public:
    streams(boost::asio::io_context& context, stream_options options);
    streams(const streams&) = delete;
    streams& operator=(const streams&) = delete;
    ~streams();

    void start();
    /// From now on, a stream ends when it has received the last event of each of its topics.
    /// @param payloads  the last event of each topic
    void finish(std::map<std::string, std::string> payloads);
    /// Ends all streams that still run.
    void cancel();

    /// The number of streams that have not ended.
    std::size_t running() const noexcept { return running_; }
    /// Descriptions of what a stream must not receive, such as a status other than 200 or 503.
    const std::vector<std::string>& errors() const noexcept { return errors_; }
    /// Moves all records out. Call this after all streams have ended.
    std::vector<stream_record> take_records();
    /// Describes a stream that has not ended.
    std::string unfinished() const;

private:
    struct stream;

    void start_leg(stream& s);
    void end_leg(stream& s);
    rill::awaitable<> follow(stream& s);
    rill::awaitable<> cut_later(std::shared_ptr<boost::asio::cancellation_signal> leg, milliseconds after);
    rill::client::event_source_options source_options(stream& s);
    void take(stream& s, const rill::client::event& e);
    void error(const stream& s, const std::string& text);

    boost::asio::io_context& context_;
    stream_options options_;
    std::vector<std::unique_ptr<stream>> streams_;
    std::map<std::string, std::string> last_payloads_;
    std::vector<std::string> errors_;
    std::size_t running_ = 0;
    bool is_cancelled_ = false;
};

} // namespace history
