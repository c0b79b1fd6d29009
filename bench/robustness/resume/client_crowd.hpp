#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <rill/client/event_source.hpp>
#include <rill/core/awaitable.hpp>
#include <string>
#include <vector>

#include "robustness/resume/coroutine_group.hpp"
#include "robustness/resume/event_ledger.hpp"

namespace resume {

struct crowd_options
{
    std::size_t streams = 10'000;
    /// The URL of the server, for the reference.
    std::string server_url{};
    /// The URLs of the proxies. The streams are distributed over them.
    std::vector<std::string> proxy_urls{};
    guarantee promise = guarantee::all;
    /// How long the streams are cut. Afterwards each stream continues until it has been cut and has the last event of
    /// this time.
    std::chrono::milliseconds time{20'000};
    /// The initial_backoff of the sources. It doubles with each connection without an event, so a machine that is too
    /// slow for all streams at once serves them in turn.
    std::chrono::milliseconds wait{1'000};
    /// Maximum time for the first event of the reference, and after `time` for the first cut of all streams and for the
    /// last event of all streams.
    std::chrono::milliseconds patience{120'000};
};

/// The sum of the observations of all streams.
struct crowd_result
{
    findings found{};
    std::uint64_t published = 0;       ///< events of the reference
    std::uint64_t repeated = 0;        ///< ids that the reference has received again
    std::uint64_t attempts = 0;        ///< requests of the streams
    std::uint64_t reconnects = 0;      ///< attempts after a stream that had an event
    std::uint64_t failed_attempts = 0; ///< attempts without an event
    std::uint64_t notices = 0;         ///< gap and dropped notices of a rill server
    std::size_t open_on_average = 0;   ///< streams with a response at a time, one reading per second
    std::size_t never_cut = 0;         ///< streams that have not reconnected
    std::size_t incomplete = 0;        ///< streams without the last event
    std::string end{};                 ///< why a source has ended for good, if one has

    bool keeps(guarantee promise) const noexcept;
};

/// Event sources that read the same events through cutting proxies, and one more that reads them from the server.
///
/// Belongs to the thread that runs the context.
class client_crowd
{
public:
    client_crowd(boost::asio::io_context& context, crowd_options options);
    client_crowd(const client_crowd&) = delete;
    client_crowd& operator=(const client_crowd&) = delete;

    /// Runs the context until all streams are complete or `patience` is over.
    crowd_result run();

private:
    struct stream
    {
        stream_record record{};
        const rill::client::event_source* source = nullptr; ///< while follow() runs
    };

    rill::awaitable<> follow_reference();
    rill::awaitable<> follow(std::size_t number);
    rill::awaitable<> conduct();
    rill::awaitable<> open_all();
    rill::awaitable<> hold();
    rill::awaitable<> wait_for_none(const std::size_t& streams);
    rill::client::event_source_options options_of(std::size_t number);
    void take(stream& s, const rill::client::event& e);
    bool is_complete(const rill::client::event& e);
    void cancel_all();
    crowd_result result() const;

    boost::asio::io_context& context_;
    coroutine_group coroutines_;
    crowd_options options_;
    published_events published_;
    std::string first_id_;
    std::vector<stream> streams_;
    std::vector<boost::asio::cancellation_signal> cancels_; ///< of the streams, and of the reference
    crowd_result counts_;                                   ///< those that the sources count
    std::size_t never_cut_;
    std::size_t incomplete_;
    published_events::position end_ = published_events::unknown; ///< the number of events that all streams must have
};

} // namespace resume
