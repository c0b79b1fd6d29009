#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <rill/nats/options.hpp>
#include <string>
#include <string_view>

#include "nats/session.hpp"
#include "nats/stream_info.hpp"

namespace rill::nats {

/// Detects that a stream has lost events that it had acknowledged, or that it was deleted and created again. It keeps
/// the newest event that this process knows, and compares it with the stream.
///
/// If events are lost, the server would assign their sequences again. The guard then moves the stream to a sequence
/// whose number is the present time in microseconds. This is larger than every number that was ever assigned. All
/// processes see the hole, and tell their streams about it. Thread-safe.
class stream_guard
{
public:
    using report_function = std::function<void(std::string_view)>;

    stream_guard(const backplane_options& options, std::string prefix, report_function report);

    /// Reads the state of the stream. Creates the stream if it is missing and if the options allow it. Moves it if it
    /// has lost events. Blocks.
    request_result<stream_info> check(session& with);

    enum class identity : unsigned char
    {
        same,
        removed,
        different,
    };
    /// Compares an event that this process has received with the event that the stream holds now.
    request_result<identity> compare(session& with, std::uint64_t sequence, std::int64_t time) const;

    /// A reader has received this event.
    void received(std::uint64_t epoch, std::uint64_t sequence, std::int64_t time);
    /// The server has acknowledged this event.
    void acknowledged(std::uint64_t epoch, std::uint64_t sequence, const std::string& message_id);

    struct position
    {
        std::uint64_t epoch = 0;
        std::uint64_t sequence = 0;
    };
    /// The newest event that this process knows.
    position newest() const;

private:
    struct known
    {
        std::uint64_t epoch = 0;
        std::uint64_t received = 0;
        std::int64_t received_time = 0;
        std::uint64_t acknowledged = 0;
        std::string acknowledged_id{};
    };

    request_result<stream_info> read_or_create(session& with);
    request_result<bool> is_lost(session& with, const known& k, const stream_info& info) const;
    request_result<stream_info> move(session& with, const stream_info& info);
    std::string api(const char* action) const { return std::string("$JS.API.STREAM.") + action + '.' + stream_; }

    const std::string stream_;
    const std::string prefix_;
    const std::string create_body_; ///< empty: do not create the stream
    report_function report_;
    std::mutex check_mutex_; ///< only one check at a time; locked before mutex_
    mutable std::mutex mutex_;
    known known_;
    std::uint64_t max_number_ = 0; ///< of all events that this process knows, in all epochs
};

} // namespace rill::nats
