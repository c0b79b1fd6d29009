#include "nats/past_page.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <utility>

#include "http/whole_number.hpp"

namespace rill::nats {

namespace {

constexpr std::chrono::seconds consumer_lifetime(5); // if the program ends before it deletes the consumer

std::chrono::milliseconds time_until(std::chrono::steady_clock::time_point deadline)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds(0));
}

} // namespace

std::optional<std::uint64_t> sequence_of(const pubsub::log_id& id, const stream_info& info)
{
    if (id.empty()) { // the beginning is only known if the stream still holds its first event
        return info.first == 1 ? std::optional<std::uint64_t>(0) : std::nullopt;
    }
    const auto number = rill::detail::whole_number<std::uint64_t>(id);
    if (!number || id != std::to_string(*number) || *number < info.epoch) {
        return std::nullopt;
    }
    const auto sequence = *number - info.epoch;
    return sequence + 1 >= info.first && sequence <= info.last ? std::optional(sequence) : std::nullopt;
}

template <class Error>
tl::unexpected<error_code> past_page::fail(const Error& why)
{
    failure_ = why.text;
    return tl::unexpected(make_error_code(error::log_unavailable));
}

result<past_page::page> past_page::read()
{
    const auto before = guard_.check(with_);
    if (!before) {
        return fail(before.error());
    }
    const auto after = sequence_of(request_.after, *before);
    if (!after) {
        return tl::unexpected(make_error_code(error::unknown_event_id));
    }
    return read_from(*before, *after);
}

result<past_page::page> past_page::read_from(const stream_info& info, std::uint64_t after)
{
    epoch_ = info.epoch;
    read_to_ = after;
    // Without a filter, the sequences show whether events between others were removed.
    const auto filter =
        request_.topics != nullptr && info.deleted == 0 ? subjects_.filter(*request_.topics) : std::string();
    dense_ = filter.empty();
    if (after < info.last && request_.max_events != 0) {
        const auto from = make_consumer(after + 1, filter);
        if (!from) {
            return tl::unexpected(from.error());
        }
        unread_ = from->pending;
        const bool complete = unread_ == 0 || read_messages(*from);
        with_.publish("$JS.API.CONSUMER.DELETE." + stream_ + '.' + from->name);
        if (!complete) {
            return tl::unexpected(make_error_code(error::log_unavailable));
        }
    }
    // The stream may have removed events before the consumer read them.
    const auto now = guard_.check(with_);
    if (!now) {
        return fail(now.error());
    }
    const bool removed = now->epoch != epoch_ || now->first > after + 1 || (!dense_ && now->deleted != 0);
    if (removed || (hole_ && read_to_ == after)) {
        return tl::unexpected(make_error_code(error::unknown_event_id));
    }
    if (!hole_ && unread_ == 0) {
        read_to_ = std::max(read_to_, info.last);
    }
    page_.end = {std::to_string(epoch_ + read_to_), epoch_ + read_to_};
    page_.at_end = !hole_ && read_to_ >= now->last;
    return std::move(page_);
}

result<past_page::consumer> past_page::make_consumer(std::uint64_t first, const std::string& filter)
{
    boost::json::object config;
    config["deliver_policy"] = "by_start_sequence";
    config["opt_start_seq"] = first;
    config["ack_policy"] = "none";
    config["replay_policy"] = "instant";
    config["inactive_threshold"] = std::chrono::nanoseconds(consumer_lifetime).count();
    config["mem_storage"] = true;
    config["num_replicas"] = 1;
    if (!filter.empty()) {
        config["filter_subject"] = filter;
    }
    boost::json::object request;
    request["stream_name"] = stream_;
    request["config"] = std::move(config);
    const auto made = with_.request("$JS.API.CONSUMER.CREATE." + stream_, boost::json::serialize(request));
    if (!made) {
        return fail(made.error());
    }
    const auto* name = made->if_contains("name");
    return consumer{.name = name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string(),
                    .pending = number_field(*made, "num_pending")};
}

bool past_page::read_messages(const consumer& from)
{
    const auto inbox = make_inbox();
    const auto subscription = with_.subscribe(inbox);
    if (subscription == nullptr) {
        failure_ = "no subscription";
        return false;
    }
    boost::json::object pull;
    pull["batch"] = std::min<std::uint64_t>(request_.max_events, from.pending);
    pull["no_wait"] = true;
    with_.publish("$JS.API.CONSUMER.MSG.NEXT." + stream_ + '.' + from.name, boost::json::serialize(pull), inbox);
    for (std::uint64_t left = std::min<std::uint64_t>(request_.max_events, from.pending); left != 0; --left) {
        natsMsg* received = nullptr;
        const auto status = natsSubscription_NextMsg(&received, subscription.get(), time_until(deadline_).count());
        const message_handle message(received);
        if (status != NATS_OK) {
            failure_ = natsStatus_GetText(status);
            return false;
        }
        if (status_of(*message) != 0) { // no more messages: the stream has removed some of them
            unread_ = 0;
            hole_ = dense_;
            return true;
        }
        if (take(*message) == next::end) {
            return true;
        }
    }
    return true;
}

past_page::next past_page::take(natsMsg& message)
{
    const char* reply = natsMsg_GetReply(&message);
    const auto at = parse_delivery(reply != nullptr ? reply : "");
    if (!at) {
        return next::end;
    }
    if (dense_ && at->stream_sequence != read_to_ + 1) {
        hole_ = true;
        return next::end;
    }
    return keep(message, *at);
}

past_page::next past_page::keep(natsMsg& message, const delivery& at)
{
    auto event = read_message(subjects_, message);
    if (event && is_wanted(*event)) {
        bytes_ += event->footprint();
        if (bytes_ > request_.max_bytes && !page_.events.empty()) {
            return next::end;
        }
        const auto number = epoch_ + at.stream_sequence;
        page_.events.push_back({std::move(*event), std::to_string(number), number});
    }
    read_to_ = at.stream_sequence;
    unread_ = at.pending;
    return next::proceed;
}

bool past_page::is_wanted(const pubsub::event_draft& event) const
{
    return request_.topics == nullptr ||
           std::ranges::any_of(*request_.topics, [&](const auto& pattern) { return pattern.matches(event.topic()); });
}

} // namespace rill::nats
