#include "nats/tail_reader.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <utility>

namespace rill::nats {

namespace {

constexpr int idle_heartbeat = 100;            // the status of heartbeats and of flow control
constexpr std::chrono::milliseconds poll(250); // how often the thread looks whether it must stop
constexpr std::chrono::seconds max_wait_for_session(1);
constexpr std::chrono::seconds push_lifetime(10); // the server removes a consumer that nobody uses after this time

} // namespace

tail_reader::tail_reader(const backplane_options& options, const subject_map& subjects, stream_guard& guard,
                         connector& connection, connector::report_function report, pubsub::backplane::reader& to,
                         std::size_t max_past_events)
    : options_(options), subjects_(subjects), guard_(guard), connection_(connection), report_(std::move(report)),
      to_(to), max_past_events_(max_past_events), thread_([this] {
          const thread_scope scope;
          run();
      })
{}

tail_reader::~tail_reader()
{
    stop();
    thread_.join();
}

void tail_reader::stop()
{
    const std::lock_guard lock(mutex_);
    stopped_ = true;
}

bool tail_reader::is_stopped() const
{
    const std::lock_guard lock(mutex_);
    return stopped_;
}

std::uint64_t tail_reader::gaps() const
{
    const std::lock_guard lock(mutex_);
    return gaps_;
}

std::uint64_t tail_reader::lag() const
{
    const std::lock_guard lock(mutex_);
    const auto newest = guard_.newest();
    const bool same = table_ != nullptr && newest.created == table_->created();
    const auto known = same && newest.sequence > sequence_ ? newest.sequence - sequence_ : 0;
    return std::max(pending_, known);
}

void tail_reader::run()
{
    while (!is_stopped() && !connection_.is_stopping()) {
        const auto with = connection_.wait(clock::now() + max_wait_for_session);
        if (with == nullptr) {
            continue;
        }
        if (!subscribe(*with)) {
            pause_ = std::clamp(pause_ * 2, options_.initial_backoff, options_.max_backoff);
            connection_.pause(std::min<std::chrono::milliseconds>(pause_, std::chrono::seconds(1)));
            continue;
        }
        pause_ = {};
        last_failure_.clear();
        while (!is_stopped() && pump(*with) == next::proceed) {
        }
        subscription_.reset();
    }
}

// Makes a consumer that begins after the newest event that the reader has got.
bool tail_reader::subscribe(session& with)
{
    version_ = guard_.version();
    const auto now = guard_.check(with);
    if (!now) {
        report_failure("the stream " + options_.stream + " cannot be read: " + now.error().text);
        return false;
    }
    if (!continue_at(*now)) {
        return false;
    }
    version_ = std::max(version_, guard_.version());
    const auto inbox = make_inbox();
    subscription_ = with.subscribe(inbox);
    if (subscription_ == nullptr) {
        return false;
    }
    consumed_ = 0;
    const auto made = with.request("$JS.API.CONSUMER.CREATE." + options_.stream, make_consumer(inbox));
    if (!made) {
        report_failure("the stream " + options_.stream + " cannot be read: " + made.error().text);
        return false;
    }
    return true;
}

std::string tail_reader::make_consumer(const std::string& inbox) const
{
    using std::chrono::nanoseconds;
    boost::json::object config;
    config["deliver_subject"] = inbox;
    config["deliver_policy"] = "by_start_sequence";
    config["opt_start_seq"] = sequence_ + 1;
    config["ack_policy"] = "none";
    config["max_deliver"] = 1;
    config["replay_policy"] = "instant";
    config["flow_control"] = true;
    config["idle_heartbeat"] = nanoseconds(options_.heartbeat).count();
    config["inactive_threshold"] = nanoseconds(push_lifetime).count();
    config["mem_storage"] = true;
    config["num_replicas"] = 1;
    boost::json::object request;
    request["stream_name"] = options_.stream;
    request["config"] = std::move(config);
    return boost::json::serialize(request);
}

// Finds the position of the reader in the stream. Reports a gap if events may be missing there.
bool tail_reader::continue_at(const checked_stream& now)
{
    const std::lock_guard lock(mutex_);
    if (stopped_) {
        return false;
    }
    const bool is_new = table_ == nullptr || table_->created() != now.table->created();
    const bool begun = table_ != nullptr;
    table_ = now.table;
    if (!begun) {
        begin(now.info);
        return true;
    }
    const auto found = is_new ? std::nullopt : table_->sequence(number_, now.info);
    if (!found) {
        gap(is_new ? now.info.first - 1 : table_->sequence_after_loss(number_, now.info));
    }
    return true;
}

void tail_reader::begin(const stream_info& info)
{
    const auto wanted = info.last - std::min<std::uint64_t>(info.last, max_past_events_);
    sequence_ = std::max({wanted, info.first - 1, table_->newest_barrier() - 1});
    number_ = table_->position(sequence_);
    pending_ = info.last - std::min(info.last, sequence_);
    if (info.last != 0) { // it may have been removed, so its time may be unknown
        guard_.received(table_->number(info.last), info.last, info.last >= info.first ? info.last_time : 0);
    }
    to_.on_begin({std::to_string(number_), number_});
}

void tail_reader::gap(std::uint64_t sequence)
{
    sequence_ = sequence;
    number_ = table_->position_before(sequence_ + 1);
    ++gaps_;
    report_(log_level::warning,
            "events of the stream " + options_.stream + " are missing before the number " + std::to_string(number_));
    to_.on_gap({std::to_string(number_), number_});
}

// Handles one message.
tail_reader::next tail_reader::pump(session& with)
{
    const auto deadline = clock::now() + options_.heartbeat * 3;
    natsMsg* received = nullptr;
    auto status = NATS_TIMEOUT;
    while (status == NATS_TIMEOUT) {
        if (is_stopped() || clock::now() >= deadline || guard_.version() != version_) {
            return next::subscribe_again;
        }
        status = natsSubscription_NextMsg(&received, subscription_.get(), poll.count());
    }
    const message_handle message(received);
    if (status != NATS_OK) {
        return next::subscribe_again;
    }
    const int code = status_of(*message);
    return code != 0 ? on_status(with, *message, code) : on_message(*message);
}

tail_reader::next tail_reader::on_status(session& with, natsMsg& message, int status)
{
    if (status != idle_heartbeat) {
        return next::subscribe_again; // for example, the consumer was deleted
    }
    const char* reply = natsMsg_GetReply(&message);
    const auto stalled = header(message, "Nats-Consumer-Stalled");
    if (reply != nullptr || stalled) { // the server waits until this reader has received all before
        with.publish(reply != nullptr ? reply : std::string(*stalled));
    }
    const auto last = header(message, "Nats-Last-Consumer");
    const bool missing = last && *last != std::to_string(consumed_);
    return missing ? next::subscribe_again : next::proceed;
}

tail_reader::next tail_reader::on_message(natsMsg& message)
{
    const char* reply = natsMsg_GetReply(&message);
    const auto at = parse_delivery(reply != nullptr ? reply : "");
    if (!at || at->consumer_sequence != consumed_ + 1) {
        return next::subscribe_again;
    }
    ++consumed_;
    const std::lock_guard lock(mutex_);
    if (stopped_ || at->stream_sequence <= sequence_) {
        return next::subscribe_again;
    }
    if (at->stream_sequence != sequence_ + 1) {
        gap(at->stream_sequence - 1);
    }
    if (!stopped_) {
        deliver(message, *at);
    }
    return next::proceed;
}

void tail_reader::deliver(natsMsg& message, const delivery& at)
{
    sequence_ = at.stream_sequence;
    number_ = table_->number(sequence_);
    pending_ = at.pending;
    guard_.received(number_, sequence_, at.time);
    const auto number = number_;
    auto event = read_message(subjects_, message);
    if (!event) {
        report_(log_level::warning, "skipped the message " + std::to_string(number) + " of the stream " +
                                        options_.stream + ": " + event.error().message());
        return;
    }
    to_.on_event(std::move(*event), std::to_string(number), number);
}

void tail_reader::report_failure(const std::string& text)
{
    if (text != last_failure_) {
        last_failure_ = text;
        report_(log_level::warning, text);
    }
}

} // namespace rill::nats
