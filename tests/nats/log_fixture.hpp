#pragma once

#include "nats/session.hpp"
#include "support/nats_server.hpp"
#include "support/read_after.hpp"
#include <algorithm>
#include <atomic>
#include <boost/json/object.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <rill/nats.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace rill_test {

/// A reader that records all calls.
class recording_reader final : public rill::pubsub::backplane::reader
{
public:
    struct call
    {
        char kind; ///< 'b': on_begin, 'e': on_event, 'g': on_gap
        std::uint64_t number;
        std::string topic;
        std::string data;
    };

    void on_begin(const rill::pubsub::log_position& at) override { add({'b', at.number, {}, {}}); }
    void on_event(rill::pubsub::event_draft event, std::string_view, std::uint64_t number) override
    {
        add({'e', number, std::string(event.topic()), std::string(event.data())});
    }
    void on_gap(const rill::pubsub::log_position& at) override { add({'g', at.number, {}, {}}); }

    std::vector<call> calls() const
    {
        const std::lock_guard lock(mutex_);
        return calls_;
    }
    std::vector<std::string> data() const
    {
        std::vector<std::string> out;
        for (auto& c : calls()) {
            if (c.kind == 'e') {
                out.push_back(c.data);
            }
        }
        return out;
    }
    std::size_t count(char kind) const
    {
        const auto all = calls();
        return static_cast<std::size_t>(std::ranges::count(all, kind, &call::kind));
    }
    bool has_begun() const { return count('b') == 1; }

private:
    void add(call c)
    {
        const std::lock_guard lock(mutex_);
        calls_.push_back(std::move(c));
    }

    mutable std::mutex mutex_;
    std::vector<call> calls_;
};

/// Short times, so that the tests are fast. No test depends on their length.
inline rill::nats::backplane_options quick_options(std::vector<std::string> servers)
{
    rill::nats::backplane_options options;
    options.servers = std::move(servers);
    options.stream = "TEST";
    options.subject_prefix = "test.events";
    options.retention.max_bytes = 0;
    options.request_timeout = std::chrono::milliseconds(1000);
    options.heartbeat = std::chrono::milliseconds(300);
    options.max_backoff = std::chrono::milliseconds(200);
    options.append_grace = std::chrono::milliseconds(20'000);
    if (std::getenv("RILL_TEST_VERBOSE") != nullptr) {
        options.log = [](rill::log_level, std::string_view text) {
            std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
        };
    }
    return options;
}

inline std::shared_ptr<rill::pubsub::backplane> open_log(const rill::nats::backplane_options& options)
{
    return std::make_shared<rill::nats::backplane>(options);
}

inline rill::pubsub::event_draft draft(std::string_view data, std::string_view topic = "t")
{
    rill::sse::event e;
    e.data = data;
    return rill::pubsub::event_draft::make(e, topic).value();
}

/// Waits for the outcome of an append.
class pending_append
{
public:
    pending_append(rill::pubsub::backplane& log, std::string_view data, std::string_view topic = "t",
                   std::string_view key = {})
        : state_(std::make_shared<state>())
    {
        auto now = log.append(draft(data, topic), {.idempotency_key = key},
                              [s = state_](rill::result<rill::pubsub::log_id> id) { s->set(std::move(id)); });
        if (!now || !now->empty()) {
            state_->set(std::move(now));
        }
    }

    rill::result<rill::pubsub::log_id> get() const
    {
        std::unique_lock lock(state_->mutex);
        if (!state_->changed.wait_for(lock, std::chrono::seconds(60), [&] { return state_->value.has_value(); })) {
            throw std::runtime_error("the append has no outcome after a minute");
        }
        return *state_->value;
    }
    bool has_ended() const
    {
        const std::lock_guard lock(state_->mutex);
        return state_->value.has_value();
    }

private:
    struct state
    {
        std::mutex mutex;
        std::condition_variable changed;
        std::optional<rill::result<rill::pubsub::log_id>> value;

        void set(rill::result<rill::pubsub::log_id> id)
        {
            const std::lock_guard lock(mutex);
            value = std::move(id);
            changed.notify_all();
        }
    };
    std::shared_ptr<state> state_;
};

/// Returns a connection to the server, for what an operator or another program does. It waits longer than a log, so that
/// a test does not depend on these times.
inline std::shared_ptr<rill::nats::session> plain_session(rill::nats::backplane_options options)
{
    options.request_timeout = std::chrono::seconds(20);
    options.heartbeat = std::chrono::seconds(10);
    auto opened = rill::nats::session::dial(options, options.servers, rill::nats::make_inbox(), [](natsMsg&) {});
    if (!opened) {
        throw std::runtime_error("no connection: " + opened.error());
    }
    return *opened;
}

/// Sends a request to the server. Throws if the server refuses it.
inline boost::json::object request(rill::nats::session& with, const std::string& subject, const std::string& body = {})
{
    auto response = with.request(subject, body);
    if (!response) {
        throw std::runtime_error(subject + ": " + response.error().text);
    }
    return *response;
}

} // namespace rill_test
