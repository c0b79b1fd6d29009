#include "nats/stream_guard.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "nats/event_message.hpp"

namespace rill::nats {

namespace {

constexpr int max_attempts = 10; // of a process that changes the table while others change it, too

std::uint64_t microseconds_since_1970() noexcept
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

std::string table_config(const backplane_options& options, const std::string& name)
{
    auto small = options;
    small.stream = name;
    small.retention = {.max_events = 8, .max_bytes = 0, .max_age = {}};
    return make_stream_config(small, {});
}

} // namespace

stream_guard::stream_guard(const backplane_options& options, std::string prefix, report_function report)
    : stream_(options.stream), table_stream_(options.stream + "-epochs"), prefix_(std::move(prefix)),
      create_body_(options.create_stream ? make_stream_config(options, prefix_) : std::string()),
      create_table_body_(options.create_stream ? table_config(options, table_stream_) : std::string()),
      report_(std::move(report)), catch_up_time_(options.catch_up_time)
{}

// @param config  empty: does not create the stream
request_result<stream_info> stream_guard::read_or_create(session& with, const std::string& stream,
                                                         const std::string& config) const
{
    auto response = with.request(api("INFO") + stream, {});
    if (!response && response.error().code == JSStreamNotFoundErr && !config.empty()) {
        response = with.request(api("CREATE") + stream, config);
        if (!response && response.error().code == JSStreamNameExistErr) { // another process was faster
            response = with.request(api("INFO") + stream, {});
        }
    }
    if (!response) {
        response.error().text.insert(0, stream + ": ");
        return tl::unexpected(std::move(response.error()));
    }
    return read_stream_info(*response);
}

request_result<stream_info> stream_guard::read_stream(session& with) const
{
    auto info = read_or_create(with, stream_, create_body_);
    if (!info) {
        return info;
    }
    if (auto reason = why_unusable(*info, prefix_); !reason.empty()) {
        return tl::unexpected(request_error{NATS_ERR, 0, std::move(reason)});
    }
    return info;
}

// Creates the stream of the table if it is missing, and reads the table.
request_result<stream_guard::stored_table> stream_guard::create_table(session& with) const
{
    // nats-server 2.9 may crash if it reads a message of a stream that it is creating. So reads only if there is one.
    const auto info = read_or_create(with, table_stream_, create_table_body_);
    if (!info) {
        return tl::unexpected(info.error());
    }
    return info->last == 0 ? stored_table{} : read_table(with);
}

request_result<stream_guard::stored_table> stream_guard::read_table(session& with) const
{
    auto read = with.last_message(table_stream_, table_stream_);
    if (!read && read.error().code == JSNoMessageFoundErr) {
        return stored_table{};
    }
    if (!read) {
        read.error().text.insert(0, table_stream_ + ": ");
        return tl::unexpected(std::move(read.error()));
    }
    auto& message = **read;
    const std::string_view text(natsMsg_GetData(&message), static_cast<std::size_t>(natsMsg_GetDataLength(&message)));
    return stored_table{epoch_table::parse(text), natsMsg_GetSequence(&message)};
}

request_result<checked_stream> stream_guard::check(session& with)
{
    const std::lock_guard one(check_mutex_);
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        std::unique_lock lock(mutex_);
        const auto before = known_; // before the requests, because readers receive further events meanwhile
        lock.unlock();
        auto info = read_stream(with);
        if (!info) {
            return tl::unexpected(std::move(info.error()));
        }
        auto stored = create_table(with);
        if (!stored) {
            return tl::unexpected(std::move(stored.error()));
        }
        if (is_behind(before, *info, stored->table)) {
            return tl::unexpected(request_error{NATS_ERR, 0, "its leader does not show all known events yet"});
        }
        const auto text = stored->table.text();
        const auto lost = update(with, before, *info, *stored);
        if (!lost) {
            return tl::unexpected(lost.error());
        }
        const auto written = stored->table.text() == text ? request_result<bool>(true) : write(with, *stored);
        if (!written) {
            return tl::unexpected(written.error());
        }
        if (*written) {
            auto table = std::make_shared<const epoch_table>(std::move(stored->table));
            accept(*info, table, *lost);
            return checked_stream{std::move(*info), std::move(table)};
        }
    }
    return tl::unexpected(request_error{NATS_ERR, 0, "other processes change the table of epochs all the time"});
}

request_result<checked_stream> stream_guard::look(session& with)
{
    auto info = read_stream(with);
    if (!info) {
        return tl::unexpected(std::move(info.error()));
    }
    const auto stored = read_table(with);
    if (!stored) {
        return tl::unexpected(stored.error());
    }
    std::unique_lock lock(mutex_);
    auto table = table_;
    const bool is_same = table->created() == info->created && stored->table.text() == text_;
    const bool is_short = info->is_clustered && info->last < newest_sequence();
    lock.unlock();
    return is_same && !is_short ? checked_stream{std::move(*info), std::move(table)} : check(with);
}

bool stream_guard::is_behind(const known& k, const stream_info& info, const epoch_table& table)
{
    std::unique_lock lock(mutex_);
    const bool same_stream = table_->created() == info.created;
    lock.unlock();
    const auto newest = std::max(k.received.number, k.acknowledged.number);
    if (!info.is_clustered || !same_stream || newest == 0 || !table.is_after_end(newest, info)) {
        behind_since_.reset();
        return false;
    }
    const auto now = std::chrono::steady_clock::now();
    behind_since_ = behind_since_.value_or(now);
    return now - *behind_since_ < catch_up_time_;
}

// Changes the table if this is necessary. Returns whether events of this process are lost.
request_result<bool> stream_guard::update(session& with, const known& k, const stream_info& info, stored_table& stored)
{
    const auto run = info.is_clustered ? std::string() : with.server_id();
    auto& table = stored.table;
    const bool is_new = table.created() != info.created;
    if (is_new) {
        table = epoch_table(info.created);
    }
    bool lost = false;
    std::unique_lock lock(mutex_);
    const auto min_number = std::max({microseconds_since_1970(), max_number_, table.number(info.last + 1)}) + 2;
    const bool same_stream = table_->created() == info.created;
    lock.unlock();
    const checked_stream now{info, std::make_shared<const epoch_table>(table)};
    for (const auto* e : {&k.received, &k.acknowledged}) {
        auto one = !same_stream || is_new ? request_result<bool>(false) : is_lost(with, *e, now);
        if (!one) {
            return one;
        }
        if (*one && !table.mark_lost(e->number)) {
            table.add(info.last + 1, min_number, run, true);
        }
        lost = lost || *one;
    }
    if (is_new || table.run() != run) {
        // A process that knows no event cannot know whether the server has lost some.
        const bool knows_nothing = k.received.number == 0 && k.acknowledged.number == 0;
        table.add(is_new ? 1 : info.last + 1, min_number, run, !is_new && knows_nothing);
    }
    table.remove_before(info.first);
    return lost;
}

request_result<bool> stream_guard::is_lost(session& with, const event& e, const checked_stream& now) const
{
    if (e.number == 0) {
        return false;
    }
    if (!now.table->holds(e.number, now.info)) {
        return true;
    }
    if (e.sequence < now.info.first || (e.time == 0 && e.id.empty())) {
        return false;
    }
    const auto read = with.message(stream_, e.sequence);
    if (!read) {
        return read.error().code == JSNoMessageFoundErr ? request_result<bool>(false) : tl::unexpected(read.error());
    }
    return e.id.empty() ? natsMsg_GetTime(read->get()) != e.time : header(**read, "Nats-Msg-Id").value_or("") != e.id;
}

// Returns false if another process has changed the table since it was read.
request_result<bool> stream_guard::write(session& with, const stored_table& stored) const
{
    natsMsg* created = nullptr;
    const auto text = stored.table.text();
    if (natsMsg_Create(&created, table_stream_.c_str(), nullptr, text.data(), static_cast<int>(text.size())) != NATS_OK)
    {
        return tl::unexpected(request_error{NATS_NO_MEMORY, 0, "no memory"});
    }
    const message_handle message(created);
    natsMsgHeader_Set(created, "Nats-Expected-Last-Subject-Sequence", std::to_string(stored.sequence).c_str());
    const auto response = with.request(*message);
    if (!response && response.error().code == JSStreamWrongLastSequenceErr) {
        return false;
    }
    return response ? request_result<bool>(true) : tl::unexpected(response.error());
}

void stream_guard::accept(const stream_info& info, std::shared_ptr<const epoch_table> table, bool lost)
{
    const std::lock_guard lock(mutex_);
    if (lost) {
        report_(log_level::error, "the stream " + stream_ +
                                      " has lost events that it had acknowledged; it continues after " +
                                      std::to_string(info.last) + " events");
    }
    if (lost || table_->created() != info.created) {
        known_ = {};
    }
    if (auto text = table->text(); text != text_) {
        text_ = std::move(text);
        ++version_;
    }
    table_ = std::move(table);
}

void stream_guard::received(std::uint64_t number, std::uint64_t sequence, std::int64_t time)
{
    const std::lock_guard lock(mutex_);
    if (number > known_.received.number) {
        known_.received = {.number = number, .sequence = sequence, .time = time};
        max_number_ = std::max(max_number_, number);
    }
}

std::uint64_t stream_guard::acknowledged(std::uint64_t sequence, const std::string& message_id)
{
    const std::lock_guard lock(mutex_);
    const auto number = table_->number(sequence);
    if (number > known_.acknowledged.number && !message_id.empty()) {
        known_.acknowledged = {.number = number, .sequence = sequence, .id = message_id};
        max_number_ = std::max(max_number_, number);
    }
    return number;
}

stream_guard::position stream_guard::newest() const
{
    const std::lock_guard lock(mutex_);
    return {table_->created(), newest_sequence()};
}

std::uint64_t stream_guard::newest_sequence() const noexcept
{
    return std::max(known_.received.sequence, known_.acknowledged.sequence);
}

std::uint64_t stream_guard::version() const
{
    const std::lock_guard lock(mutex_);
    return version_;
}

} // namespace rill::nats
