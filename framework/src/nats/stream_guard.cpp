#include "nats/stream_guard.hpp"

#include <algorithm>
#include <chrono>

#include "nats/event_message.hpp"

namespace rill::nats {

namespace {

std::uint64_t microseconds_since_1970() noexcept
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

bool is_missing(const request_error& error) noexcept
{
    return error.code == JSStreamNotFoundErr;
}

} // namespace

stream_guard::stream_guard(const backplane_options& options, std::string prefix, report_function report)
    : stream_(options.stream), prefix_(std::move(prefix)),
      create_body_(options.create_stream ? make_stream_config(options, prefix_) : std::string()),
      report_(std::move(report))
{}

request_result<stream_info> stream_guard::read_or_create(session& with)
{
    auto response = with.request(api("INFO"), {});
    if (!response && is_missing(response.error()) && !create_body_.empty()) {
        response = with.request(api("CREATE"), create_body_);
        if (!response && response.error().code == JSStreamNameExistErr) { // another process was faster
            response = with.request(api("INFO"), {});
        }
    }
    if (!response) {
        return tl::unexpected(std::move(response.error()));
    }
    auto info = read_stream_info(*response);
    if (auto reason = why_unusable(info, prefix_); !reason.empty()) {
        return tl::unexpected(request_error{NATS_ERR, 0, std::move(reason)});
    }
    return info;
}

request_result<stream_info> stream_guard::check(session& with)
{
    const std::lock_guard one(check_mutex_);
    std::unique_lock lock(mutex_);
    const auto before = known_; // before the request, because readers receive further events meanwhile
    const auto max_number = max_number_;
    lock.unlock();

    auto info = read_or_create(with);
    if (!info) {
        return info;
    }
    request_result<bool> lost = info->number(info->first) <= max_number;
    if (before.epoch == info->epoch) {
        lost = is_lost(with, before, *info);
    }
    if (!lost) {
        return tl::unexpected(std::move(lost.error()));
    }
    if (*lost) {
        info = move(with, *info);
        if (!info) {
            return info;
        }
    }
    lock.lock();
    if (*lost || known_.epoch != info->epoch) {
        known_ = {.epoch = info->epoch};
    }
    return info;
}

request_result<bool> stream_guard::is_lost(session& with, const known& k, const stream_info& info) const
{
    if (info.last < std::max(k.received, k.acknowledged)) {
        return true;
    }
    if (k.received != 0 && k.received_time != 0 && k.received >= info.first) {
        const auto compared = compare(with, k.received, k.received_time);
        if (!compared) {
            return tl::unexpected(compared.error());
        }
        if (*compared == identity::different) {
            return true;
        }
    }
    if (k.acknowledged <= k.received || k.acknowledged < info.first) {
        return false;
    }
    const auto read = with.message(stream_, k.acknowledged);
    if (!read) {
        return read.error().code == JSNoMessageFoundErr ? request_result<bool>(false) : tl::unexpected(read.error());
    }
    return header(**read, "Nats-Msg-Id").value_or("") != k.acknowledged_id;
}

request_result<stream_guard::identity> stream_guard::compare(session& with, std::uint64_t sequence,
                                                             std::int64_t time) const
{
    const auto read = with.message(stream_, sequence);
    if (read) {
        return natsMsg_GetTime(read->get()) == time ? identity::same : identity::different;
    }
    if (read.error().code == JSNoMessageFoundErr) {
        return identity::removed;
    }
    return tl::unexpected(read.error());
}

// A purge below a sequence that is larger than the last one makes it the next sequence of the stream. The servers
// replicate a purge like an event. If two processes do this, the larger sequence remains.
request_result<stream_info> stream_guard::move(session& with, const stream_info& info)
{
    std::unique_lock lock(mutex_);
    const auto number = std::max({microseconds_since_1970(), max_number_, info.number(info.last)}) + 1;
    lock.unlock();
    const auto target = number - info.epoch;
    report_("the stream " + stream_ + " has lost events that it had acknowledged; it held " +
            std::to_string(info.last) + " events and continues at the number " + std::to_string(number));
    auto purged = with.request(api("PURGE"), "{\"seq\":" + std::to_string(target) + "}");
    if (!purged) {
        return tl::unexpected(std::move(purged.error()));
    }
    auto moved = read_or_create(with);
    if (moved && moved->epoch == info.epoch && moved->first < target) {
        return tl::unexpected(request_error{NATS_ERR, 0, "the server did not move the stream to another sequence"});
    }
    return moved;
}

void stream_guard::received(std::uint64_t epoch, std::uint64_t sequence, std::int64_t time)
{
    const std::lock_guard lock(mutex_);
    if (epoch == known_.epoch && sequence > known_.received) {
        known_.received = sequence;
        known_.received_time = time;
        max_number_ = std::max(max_number_, epoch + sequence);
    }
}

void stream_guard::acknowledged(std::uint64_t epoch, std::uint64_t sequence, const std::string& message_id)
{
    const std::lock_guard lock(mutex_);
    if (epoch == known_.epoch && sequence > known_.acknowledged) {
        known_.acknowledged = sequence;
        known_.acknowledged_id = message_id;
        max_number_ = std::max(max_number_, epoch + sequence);
    }
}

stream_guard::position stream_guard::newest() const
{
    const std::lock_guard lock(mutex_);
    return {known_.epoch, std::max(known_.received, known_.acknowledged)};
}

} // namespace rill::nats
