#include "redis/appender.hpp"

#include <utility>

namespace rill::redis::detail {

namespace {

// Whether the server has not run the script, and may run it later or on another server.
bool is_temporary(const error_code& ec) noexcept
{
    return ec == errc::not_primary || ec == errc::not_ready || ec == errc::outdated_server;
}

} // namespace

awaitable<failure> appender::serve(session& connected)
{
    for (;;) {
        // The server may have ended while no event was waiting. The batch must not count as sent.
        auto fault = connected.find_fault("append");
        if (fault) {
            co_return std::move(*fault);
        }
        if (batch_.events.empty()) {
            batch_ = append_batch();
            batch_.events = queue_.take();
            batch_.counter = ++counter_;
        }
        if (batch_.events.empty()) {
            co_await work_.wait();
            continue;
        }
        auto broken = co_await send(connected);
        if (broken) {
            co_return std::move(*broken);
        }
    }
}

awaitable<std::optional<failure>> appender::send(session& connected)
{
    const auto sent_before = batch_.sent_in;
    const auto epoch = state_.epoch();
    if (sent_before == 0) {
        batch_.first_sent = clock::now();
    }
    is_sending_ = true;
    auto answer = co_await connected.append(batch_);
    if (answer) {
        const bool keeps = co_await is_valid(connected, answer->epoch);
        if (!keeps) {
            answer = tl::unexpected(connected.replaced());
        }
    }
    is_sending_ = false;
    if (answer) {
        on_answer(*answer);
        co_return std::nullopt;
    }
    const bool was_refused = answer.error().code.category() == redis::error_category() && connected.is_open();
    if (!was_refused && sent_before == 0) {
        batch_.sent_in = epoch;
    }
    if (!was_refused || is_temporary(answer.error().code)) {
        co_return std::move(answer.error());
    }
    state_.report(connected.server(), answer.error().message());
    fail_batch();
    co_return std::nullopt;
}

// A primary that was replaced answers until the sentinels demote it. It then loses the events of its answers.
awaitable<bool> appender::is_valid(session& connected, std::uint64_t epoch)
{
    const bool is_primary = co_await connected.is_primary();
    co_return (is_primary && epoch >= state_.epoch());
}

void appender::on_answer(const append_answer& answer)
{
    auto finished = std::exchange(batch_, {});
    for (std::size_t i = 0; i != finished.events.size(); ++i) {
        result<pubsub::log_id> id = std::to_string(answer.numbers[i]);
        if (!answer.is_confirmed) {
            id = tl::unexpected(make_error_code(error::outcome_unknown));
        }
        queue_.finish(std::move(finished.events[i]), std::move(id));
    }
}

void appender::fail_batch()
{
    auto failed = std::exchange(batch_, {});
    const auto reason = failed.sent_in != 0 ? error::outcome_unknown : error::log_unavailable;
    for (auto& event : failed.events) {
        queue_.finish(std::move(event), tl::unexpected(make_error_code(reason)));
    }
}

void appender::expire(clock::time_point now)
{
    const auto since = now - state_.options().append_grace;
    if (!is_sending_ && !batch_.events.empty()) {
        if (batch_.sent_in == 0) {
            queue_.put_back(std::exchange(batch_, {}).events);
        } else if (batch_.first_sent <= since) {
            fail_batch();
        }
    }
    queue_.expire(since);
}

void appender::abandon()
{
    if (is_sending_ && batch_.sent_in == 0) {
        batch_.sent_in = 1; // the server may have received the batch
    }
    fail_batch();
    queue_.expire(clock::time_point::max());
}

} // namespace rill::redis::detail
