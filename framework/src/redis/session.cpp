#include "redis/session.hpp"

#include <algorithm>
#include <utility>

#include "redis/primary.hpp"
#include "redis/script.hpp"

namespace rill::redis::detail {

namespace {

constexpr std::chrono::milliseconds shortest_check{1'000};

// The record of the last batch must live longer than any attempt to repeat the batch.
std::chrono::seconds record_time(const backplane_options& options)
{
    const auto longest = options.append_grace + options.request_timeout + options.replica_timeout;
    return std::chrono::ceil<std::chrono::seconds>(longest * 4) + std::chrono::minutes(1);
}

void add_login(command_writer& commands, const backplane_options& options)
{
    if (!options.password.empty() && options.username.empty()) {
        commands.command({"AUTH", options.password});
    } else if (!options.password.empty()) {
        commands.command({"AUTH", options.username, options.password});
    }
    if (options.database != 0) {
        commands.command({"SELECT", std::to_string(options.database)});
    }
}

// The arguments of the append script, without the number of the events and the events.
entry_words append_arguments(const log_state& state, const append_batch& batch, bool accepts_older)
{
    const auto& options = state.options();
    const auto max_age = std::chrono::microseconds(options.retention.max_age).count();
    command_writer words;
    words.word(state.epoch());
    words.word(state.highest());
    words.word(accepts_older ? "1" : "0");
    words.word(batch.counter);
    words.word(batch.sent_in == 0 ? std::string() : std::to_string(batch.sent_in));
    words.word(std::to_string(record_time(options).count()));
    words.word(options.retention.max_events);
    words.word(std::to_string(max_age));
    words.word(state.idempotency_prefix());
    words.word(std::to_string(options.idempotency_window.count()));
    words.word(std::uint64_t(batch.events.size()));
    return {words.text(), 11};
}

} // namespace

awaitable<outcome<void>> session::open()
{
    auto found = co_await find_primary(context_, state_);
    if (!found) {
        server_ = "sentinel";
        co_return tl::unexpected(std::move(found.error()));
    }
    server_ = found->text();
    auto opened = co_await connection_.open(*found, state_.options().connect_timeout);
    if (!opened) {
        co_return opened;
    }
    auto accepted = co_await login();
    if (!accepted) {
        co_return accepted;
    }
    auto checked = co_await check();
    if (!checked) {
        co_return tl::unexpected(std::move(checked.error()));
    }
    co_return outcome<void>();
}

awaitable<bool> session::is_primary()
{
    const auto& options = state_.options();
    const auto limit = log_state::clock::now() - std::max(options.check_interval, shortest_check);
    if (!options.sentinel.addresses.empty() && state_.primary().is_older_than(limit)) {
        const auto ignored = co_await find_primary(context_, state_); // without an answer, it remains the primary
        static_cast<void>(ignored);
    }
    co_return !was_replaced();
}

std::optional<failure> session::find_fault(std::string_view request)
{
    if (!connection_.is_idle()) {
        return failure(make_error_code(errc::connection_closed), std::string(request));
    }
    return was_replaced() ? std::optional(replaced()) : std::nullopt;
}

failure session::replaced()
{
    connection_.close();
    return {make_error_code(errc::not_primary), "another server is the primary"};
}

awaitable<outcome<void>> session::login()
{
    append_script_.text = detail::append_script;
    read_script_.text = detail::read_script;
    command_writer commands;
    add_login(commands, state_.options());
    commands.command({"SCRIPT", "LOAD", append_script_.text});
    commands.command({"SCRIPT", "LOAD", read_script_.text});
    auto replies = co_await connection_.exchange(std::move(commands), state_.options().connect_timeout);
    if (!replies) {
        co_return tl::unexpected(std::move(replies.error()));
    }
    for (const auto& one : *replies) {
        if (one.is_error()) {
            co_return tl::unexpected(failure_of(one));
        }
    }
    append_script_.sha = replies->at(replies->size() - 2).text;
    read_script_.sha = replies->back().text;
    co_return outcome<void>();
}

awaitable<outcome<std::vector<reply>>> session::evaluate(const script& which, std::vector<std::string> keys,
                                                         entry_words arguments, bool wait_for_replicas)
{
    const auto& options = state_.options();
    const auto timeout =
        options.request_timeout + (wait_for_replicas ? options.replica_timeout : std::chrono::milliseconds(0));
    for (const bool by_text : {false, true}) {
        command_writer commands;
        commands.begin(3 + keys.size() + arguments.count);
        commands.word(by_text ? "EVAL" : "EVALSHA");
        commands.word(by_text ? which.text : std::string_view(which.sha));
        commands.word(std::uint64_t(keys.size()));
        for (const auto& key : keys) {
            commands.word(key);
        }
        commands.raw(arguments.text);
        if (wait_for_replicas) {
            const auto limit = std::to_string(options.replica_timeout.count());
            commands.command({"WAIT", std::to_string(options.min_replicas), limit});
        }
        auto replies = co_await connection_.exchange(std::move(commands), timeout);
        if (!replies) {
            co_return tl::unexpected(std::move(replies.error()));
        }
        const auto& first = replies->front();
        if (!first.is_error()) {
            co_return std::move(*replies);
        }
        if (by_text || error_of(first.text) != errc::script_missing) {
            co_return tl::unexpected(failure_of(first));
        }
    }
    co_return tl::unexpected(unexpected_reply("EVAL"));
}

awaitable<outcome<append_answer>> session::append(const append_batch& batch)
{
    const bool accepts_older = !was_replaced() && state_.accepts_older_epoch(log_state::clock::now());
    auto arguments = append_arguments(state_, batch, accepts_older);
    for (const auto& event : batch.events) {
        arguments.text += event.words.text;
        arguments.count += event.words.count;
    }
    std::vector<std::string> keys;
    keys.push_back(state_.options().key);
    keys.push_back(state_.state_key());
    keys.push_back(state_.writer_key());
    keys.push_back(state_.ages_key());
    const bool must_wait = state_.options().min_replicas != 0 && !batch.events.empty();
    auto replies = co_await evaluate(append_script_, std::move(keys), std::move(arguments), must_wait);
    if (!replies) {
        co_return tl::unexpected(std::move(replies.error()));
    }
    auto answer = parse_append_answer(replies->front(), batch.events.size());
    if (!answer) {
        connection_.close(); // the outcome is unknown
        co_return tl::unexpected(unexpected_reply("append"));
    }
    state_.learn(answer->epoch, answer->last);
    if (must_wait) {
        const auto& confirmed = replies->back();
        if (confirmed.is_error()) {
            connection_.close(); // the outcome is unknown, and the next attempt waits again
            co_return tl::unexpected(failure_of(confirmed));
        }
        answer->is_confirmed = confirmed.number().value_or(0) >= state_.options().min_replicas;
    }
    co_return std::move(*answer);
}

awaitable<outcome<append_answer>> session::check()
{
    const append_batch nothing;
    auto answer = co_await append(nothing);
    co_return answer;
}

awaitable<outcome<read_answer>> session::run_read(read_range range, std::string max_past_events)
{
    command_writer words;
    words.word(range.after);
    words.word(std::uint64_t(range.max_events));
    words.word(std::uint64_t(range.max_bytes));
    words.word(state_.epoch());
    words.word(max_past_events);
    std::vector<std::string> keys;
    keys.push_back(state_.options().key);
    keys.push_back(state_.state_key());
    entry_words arguments;
    arguments.text = words.text();
    arguments.count = 5;
    auto replies = co_await evaluate(read_script_, std::move(keys), std::move(arguments), false);
    if (!replies) {
        co_return tl::unexpected(std::move(replies.error()));
    }
    auto answer = parse_read_answer(replies->front());
    if (!answer) {
        co_return tl::unexpected(unexpected_reply("read"));
    }
    state_.learn(answer->epoch, answer->last);
    co_return std::move(*answer);
}

awaitable<outcome<read_answer>> session::read(read_range range)
{
    auto answer = co_await run_read(range, std::string());
    co_return answer;
}

awaitable<outcome<read_answer>> session::find_begin(std::size_t max_past_events)
{
    auto answer = co_await run_read(read_range(), std::to_string(max_past_events));
    co_return answer;
}

awaitable<outcome<std::vector<stream_entry>>> session::wait_for_entries(std::string after, std::size_t max_entries)
{
    const auto& options = state_.options();
    command_writer commands;
    commands.command({"XREAD", "COUNT", std::to_string(max_entries), "BLOCK",
                      std::to_string(std::max<std::int64_t>(options.check_interval.count(), 1)), "STREAMS", options.key,
                      after});
    auto replies = co_await connection_.exchange(std::move(commands), options.check_interval + options.request_timeout);
    if (!replies) {
        co_return tl::unexpected(std::move(replies.error()));
    }
    const auto& answer = replies->front();
    if (answer.is_error()) {
        co_return tl::unexpected(failure_of(answer));
    }
    std::vector<stream_entry> entries;
    if (answer.is_nil()) {
        co_return entries;
    }
    auto decoded = decode_entries(answer.at(0).at(1));
    if (!decoded) {
        co_return tl::unexpected(unexpected_reply("XREAD"));
    }
    co_return std::move(*decoded);
}

} // namespace rill::redis::detail
