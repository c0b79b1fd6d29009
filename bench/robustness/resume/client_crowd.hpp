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

#include "robustness/resume/event_ledger.hpp"

namespace resume {

struct crowd_options
{
    std::size_t streams = 10'000;
    /// The URL of the server. Only the reference uses it.
    std::string server_url{};
    /// The URLs of the proxies. The streams are distributed over them.
    std::vector<std::string> proxy_urls{};
    guarantee promise = guarantee::all;
    /// The time during which the proxies cut the streams. After this time, each stream continues until it has been cut
    /// and has received the last event of this time.
    std::chrono::milliseconds time{20'000};
    /// The initial_backoff of the sources. It doubles with each connection without an event. Therefore a slow machine
    /// can serve the streams one after another.
    std::chrono::milliseconds wait{1'000};
    /// Maximum time until the reference has its first event. After `time`, also the maximum time until all streams have
    /// been cut and have their last event.
    std::chrono::milliseconds patience{120'000};
};

/// The results of all streams.
struct crowd_result
{
    findings found{};
    std::uint64_t published = 0;       ///< events of the reference
    std::uint64_t repeated = 0;        ///< ids that the reference has received more than once
    std::uint64_t attempts = 0;        ///< requests of the streams
    std::uint64_t reconnects = 0;      ///< attempts after a stream that had an event
    std::uint64_t failed_attempts = 0; ///< attempts without an event
    std::uint64_t notices = 0;         ///< gap and dropped notices of a rill server
    std::size_t open_on_average = 0;   ///< open streams, as the average of one count per second
    std::size_t never_cut = 0;         ///< streams that have not reconnected
    std::size_t incomplete = 0;        ///< streams without the last event
    std::string end{};                 ///< why a source has ended, if one has

    bool keeps(guarantee promise) const noexcept;
};

/// Event sources that read the same events through cutting proxies. Another source, the reference, reads them directly
/// from the server.
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

    void start(rill::awaitable<> coroutine, boost::asio::cancellation_signal& cancel);
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
    crowd_options options_;
    published_events published_;
    std::string first_id_;
    std::vector<stream> streams_;
    std::vector<boost::asio::cancellation_signal> cancels_; ///< of the streams, and of the reference
    crowd_result counts_;                                   ///< the sources count them
    std::size_t running_ = 0;                               ///< number of coroutines
    std::size_t never_cut_;
    std::size_t incomplete_;
    published_events::position end_ = published_events::unknown; ///< the number of events that all streams must have
};

} // namespace resume
