#include "nats/past_page.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <thread>
#include <utility>

#include "http/whole_number.hpp"

namespace rill::nats {

namespace {

constexpr std::size_t max_unwanted = 5000;
constexpr std::size_t max_batch = 256;
constexpr std::chrono::milliseconds wait_for_replica(10);
constexpr std::chrono::seconds pull_lifetime(5); // if the program ends before it deletes the consumer

std::chrono::milliseconds time_until(std::chrono::steady_clock::time_point deadline)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds(0));
}

} // namespace

template <class Error>
tl::unexpected<error_code> past_page::fail(const Error& why)
{
    failure_ = why.text;
    return tl::unexpected(make_error_code(error::log_unavailable));
}

result<past_page::page> past_page::read()
{
    const auto before = guard_.look(with_);
    if (!before) {
        return fail(before.error());
    }
    const auto after = before->table->sequence_of(request_.after, before->info);
    if (!after && may_be_behind_ && before->info.is_clustered &&
        before->table->is_after_end(rill::detail::whole_number<std::uint64_t>(request_.after).value_or(0),
                                    before->info))
    {
        failure_ = "the leader does not show this event yet";
        return tl::unexpected(make_error_code(error::log_unavailable));
    }
    if (!after) {
        return tl::unexpected(make_error_code(error::unknown_event_id));
    }
    return read_from(*before, *after);
}

result<past_page::page> past_page::read_from(const checked_stream& from, std::uint64_t after)
{
    const auto& info = from.info;
    table_ = from.table;
    read_to_ = after;
    // The consumer may be on a server that does not have the newest events yet. Only the sequences of all messages show
    // how far it has read. Therefore it has no filter.
    is_selective_ = request_.topics != nullptr;
    if (after < info.last && request_.max_events != 0) {
        const auto source = make_consumer(after + 1);
        if (!source) {
            return tl::unexpected(source.error());
        }
        unread_ = source->pending;
        const bool complete = unread_ == 0 || read_messages(*source);
        with_.publish("$JS.API.CONSUMER.DELETE." + stream_ + '.' + source->name);
        if (!complete) {
            return tl::unexpected(make_error_code(error::log_unavailable));
        }
    }
    // The stream may have removed events before the consumer read them.
    const auto now = guard_.look(with_);
    if (!now) {
        return fail(now.error());
    }
    const bool removed = now->info.created != info.created || now->info.first > after + 1;
    if (removed || (hole_ && read_to_ == after)) {
        return tl::unexpected(make_error_code(error::unknown_event_id));
    }
    const auto end = table_->position(read_to_);
    page_.end = {std::to_string(end), end};
    if (!hole_ && read_to_ == after && after < now->info.last) {
        std::this_thread::sleep_for(wait_for_replica); // the stream asks again at once
    }
    page_.at_end = !hole_ && read_to_ >= now->info.last;
    return std::move(page_);
}

result<past_page::consumer> past_page::make_consumer(std::uint64_t first)
{
    boost::json::object config;
    config["deliver_policy"] = "by_start_sequence";
    config["opt_start_seq"] = first;
    config["ack_policy"] = "none";
    config["replay_policy"] = "instant";
    config["inactive_threshold"] = std::chrono::nanoseconds(pull_lifetime).count();
    config["mem_storage"] = true;
    config["num_replicas"] = 1;
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

// Pulls messages until the page is full, or until max_unwanted messages were not of the wanted topics.
bool past_page::read_messages(const consumer& from)
{
    const auto inbox = make_inbox();
    const auto subscription = with_.subscribe(inbox);
    if (subscription == nullptr) {
        failure_ = "no subscription";
        return false;
    }
    auto state = next::proceed;
    for (std::size_t read = 0; state == next::proceed && unread_ != 0 && read < max_unwanted;) {
        const auto missing = request_.max_events - page_.events.size();
        const auto batch = std::min<std::uint64_t>(unread_, is_selective_ ? max_batch : missing);
        boost::json::object pull;
        pull["batch"] = batch;
        pull["no_wait"] = true;
        with_.publish("$JS.API.CONSUMER.MSG.NEXT." + stream_ + '.' + from.name, boost::json::serialize(pull), inbox);
        for (std::uint64_t left = batch; left != 0 && state == next::proceed; --left) {
            state = read_message(*subscription);
        }
        read += batch;
        state = page_.events.size() == request_.max_events ? next::end : state;
    }
    return failure_.empty();
}

past_page::next past_page::read_message(natsSubscription& from)
{
    natsMsg* received = nullptr;
    const auto status = natsSubscription_NextMsg(&received, &from, time_until(deadline_).count());
    const message_handle message(received);
    if (status != NATS_OK) {
        failure_ = natsStatus_GetText(status);
        return next::end;
    }
    if (status_of(*message) != 0) { // no more messages: the stream has removed some of them
        unread_ = 0;
        hole_ = true;
        return next::end;
    }
    return take(*message);
}

past_page::next past_page::take(natsMsg& message)
{
    const char* reply = natsMsg_GetReply(&message);
    const auto at = parse_delivery(reply != nullptr ? reply : "");
    if (!at) {
        return next::end;
    }
    if (at->stream_sequence != read_to_ + 1) {
        hole_ = true;
        return next::end;
    }
    return keep(message, *at);
}

past_page::next past_page::keep(natsMsg& message, const delivery& at)
{
    auto event = nats::read_message(subjects_, message);
    if (event && is_wanted(*event)) {
        if (page_.events.size() == request_.max_events) {
            return next::end;
        }
        bytes_ += event->footprint();
        if (bytes_ > request_.max_bytes && !page_.events.empty()) {
            return next::end;
        }
        const auto number = table_->number(at.stream_sequence);
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
