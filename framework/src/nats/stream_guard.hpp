#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <rill/nats/options.hpp>
#include <string>
#include <string_view>

#include "nats/epoch_table.hpp"
#include "nats/session.hpp"
#include "nats/stream_info.hpp"

namespace rill::nats {

/// The state of the stream, with the table of its epochs.
struct checked_stream
{
    stream_info info;
    std::shared_ptr<const epoch_table> table;
};

/// Detects that a stream may assign sequences again: its server was restarted, it has lost events that it had
/// acknowledged, or it was deleted and created again. It then begins an epoch in a second stream, with the name
/// STREAM-epochs. It keeps the newest event that this process knows, and compares it with the stream.
///
/// A new leader of a clustered stream does not show the events that it has not applied yet, although the cluster has
/// stored them. Therefore, if such a stream is shorter than the known events, checks fail for catch_up_time. If it is
/// still shorter then, it has lost events. Thread-safe.
class stream_guard
{
public:
    using report_function = std::function<void(log_level, std::string_view)>;

    stream_guard(const backplane_options& options, std::string prefix, report_function report);

    /// Reads the state of the stream. Creates the stream if it is missing and if the options allow it. Begins an epoch
    /// if this is necessary. Blocks. Each session begins with it.
    request_result<checked_stream> check(session& with);

    /// Reads the state of the stream, but compares no events if the table is the same as at the last check().
    request_result<checked_stream> look(session& with);

    /// A reader has received this event.
    void received(std::uint64_t number, std::uint64_t sequence, std::int64_t time);
    /// The server has acknowledged this event. Returns its number.
    std::uint64_t acknowledged(std::uint64_t sequence, const std::string& message_id);

    struct position
    {
        std::uint64_t created = 0;
        std::uint64_t sequence = 0;
    };
    /// The newest event of the present stream that this process knows.
    position newest() const;
    /// Changes with the table.
    std::uint64_t version() const;

private:
    struct event
    {
        std::uint64_t number = 0; ///< 0: no event
        std::uint64_t sequence = 0;
        std::int64_t time = 0; ///< of a received event
        std::string id{};      ///< of an acknowledged event
    };
    struct known
    {
        event received{};
        event acknowledged{};
    };
    struct stored_table
    {
        epoch_table table;
        std::uint64_t sequence = 0; ///< in the stream of the table
    };

    request_result<stream_info> read_or_create(session& with, const std::string& stream,
                                               const std::string& config) const;
    request_result<stream_info> read_stream(session& with) const;
    request_result<stored_table> create_table(session& with) const;
    request_result<stored_table> read_table(session& with) const;
    bool is_behind(const known& k, const stream_info& info, const epoch_table& table);
    request_result<bool> is_lost(session& with, const event& e, const checked_stream& now) const;
    request_result<bool> update(session& with, const known& k, const stream_info& info, stored_table& stored);
    request_result<bool> write(session& with, const stored_table& stored) const;
    std::uint64_t newest_sequence() const noexcept; // with mutex_
    void accept(const stream_info& info, std::shared_ptr<const epoch_table> table, bool lost);
    std::string api(const char* action) const { return std::string("$JS.API.STREAM.") + action + '.'; }

    const std::string stream_;
    const std::string table_stream_; ///< also its subject
    const std::string prefix_;
    const std::string create_body_;       ///< empty: do not create the streams
    const std::string create_table_body_; ///< of the stream of the table
    report_function report_;
    const std::chrono::milliseconds catch_up_time_;
    std::mutex check_mutex_; ///< only one check at a time; locked before mutex_
    std::optional<std::chrono::steady_clock::time_point> behind_since_; ///< belongs to check_mutex_
    mutable std::mutex mutex_;
    known known_;
    std::shared_ptr<const epoch_table> table_ = std::make_shared<epoch_table>();
    std::string text_; ///< of the table
    std::uint64_t version_ = 0;
    std::uint64_t max_number_ = 0; ///< of all events that this process knows, also of former streams
};

} // namespace rill::nats
