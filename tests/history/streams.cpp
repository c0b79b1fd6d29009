#include "history/streams.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <charconv>
#include <exception>
#include <rill/core/interval.hpp>
#include <utility>

namespace history {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t max_stream_errors = 20;

std::optional<log_number> to_number(std::string_view text)
{
    log_number number = 0;
    const auto end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && at == end ? std::optional(number) : std::nullopt;
}

} // namespace

struct streams::stream
{
    std::size_t number = 0;
    std::string query{};
    random_source random{0};
    stream_record record{};
    std::string last_event_id{};
    std::set<std::string> missing{}; ///< the payloads of the last events that have not arrived
    std::shared_ptr<asio::cancellation_signal> leg{};
    bool is_complete = false;

    void add(stream_entry entry)
    {
        if (record.entries.empty()) {
            record.begun = now();
        }
        record.entries.push_back(std::move(entry));
    }
};

streams::streams(asio::io_context& context, stream_options options) : context_(context), options_(std::move(options))
{
    random_source random(options_.seed * 7'919);
    const auto& topics = options_.topics;
    for (std::size_t i = 0; i < options_.streams; ++i) {
        auto s = std::make_unique<stream>(stream{.number = i, .random = random_source(options_.seed * 1'000'003 + i)});
        const auto kind = i % 4; // two of four streams have one topic, one has several, and one has a pattern
        if (kind == 3) {
            s->query = "t/*";
            s->record.topics = topics;
        } else {
            const auto first = random.draw(topics.size());
            for (std::size_t k = 0; k < (kind == 2 ? 3 : 1); ++k) {
                const auto& topic = topics[(first + k) % topics.size()];
                s->query += (k == 0 ? "" : ",") + topic;
                s->record.topics.push_back(topic);
            }
        }
        if (i % 5 != 4) {
            s->last_event_id = std::to_string(options_.begin);
        }
        streams_.push_back(std::move(s));
    }
}

streams::~streams() = default;

void streams::start()
{
    for (const auto& s : streams_) {
        ++running_;
        start_leg(*s);
    }
}

void streams::start_leg(stream& s)
{
    s.leg = std::make_shared<asio::cancellation_signal>();
    asio::co_spawn(context_, follow(s),
                   asio::bind_cancellation_slot(s.leg->slot(), [this, &s, keep = s.leg](std::exception_ptr failure) {
                       try {
                           if (failure) {
                               std::rethrow_exception(failure);
                           }
                       } catch (const boost::system::system_error& e) {
                           if (e.code() != asio::error::operation_aborted) {
                               error(s, e.what());
                           }
                       } catch (const std::exception& e) {
                           error(s, e.what());
                       }
                       end_leg(s);
                   }));
    asio::co_spawn(context_, cut_later(s.leg, s.random.draw(options_.shortest_leg, options_.longest_leg)),
                   asio::detached);
}

void streams::end_leg(stream& s)
{
    if (s.is_complete || is_cancelled_) {
        --running_;
        return;
    }
    start_leg(s);
}

rill::awaitable<> streams::cut_later(std::shared_ptr<asio::cancellation_signal> leg, milliseconds after)
{
    co_await rill::sleep_for(after);
    if (last_payloads_.empty()) {
        leg->emit(asio::cancellation_type::terminal);
    }
}

rill::client::event_source_options streams::source_options(stream& s)
{
    const auto port = options_.ports[s.random.draw(options_.ports.size())];
    rill::client::event_source_options o{.url =
                                             "http://127.0.0.1:" + std::to_string(port) + "/events?topics=" + s.query,
                                         .last_event_id = s.last_event_id};
    o.response_timeout = 10s;
    o.idle_timeout = 15s;
    o.initial_backoff = 50ms;
    o.max_backoff = 500ms;
    o.prepare = [&s](rill::client::request& r) {
        if (const auto after = to_number(r.headers.get("Last-Event-ID").value_or(""))) {
            s.add(resumption{*after});
        }
    };
    return o;
}

rill::awaitable<> streams::follow(stream& s)
{
    rill::client::event_source source(source_options(s));
    const struct guard // also after a cancellation
    {
        stream& s;
        const rill::client::event_source& source;
        ~guard() { s.last_event_id = source.last_event_id(); }
    } keep{s, source};
    while (const auto e = co_await source.next()) {
        take(s, *e);
        if (s.is_complete) {
            co_return;
        }
    }
    error(s, "the source has ended: " + source.end()->message());
    co_await rill::sleep_for(100ms);
}

void streams::take(stream& s, const rill::client::event& e)
{
    const auto id = e.has_own_id ? to_number(e.id) : std::nullopt;
    if (e.gap()) {
        s.add(gap_notice{id, now()});
    } else if (e.dropped()) {
        error(s, "a dropped notice: " + e.data);
    } else if (!id) {
        error(s, "an event without a number as its id: " + e.data);
    } else {
        s.add(received_event{e.data, *id});
        s.missing.erase(e.data);
        s.is_complete = !last_payloads_.empty() && s.missing.empty();
    }
}

void streams::error(const stream& s, const std::string& text)
{
    if (errors_.size() < max_stream_errors) {
        errors_.push_back("stream " + std::to_string(s.number) + " (" + s.query + "): " + text);
    }
}

// A stream may have received its last events before this call.
void streams::finish(std::map<std::string, std::string> payloads)
{
    last_payloads_ = std::move(payloads);
    for (const auto& s : streams_) {
        for (const auto& topic : s->record.topics) {
            s->missing.insert(last_payloads_.at(topic));
        }
        for (const auto& entry : s->record.entries) {
            if (const auto* e = std::get_if<received_event>(&entry)) {
                s->missing.erase(e->payload);
            }
        }
        s->is_complete = s->missing.empty();
        if (s->is_complete) {
            s->leg->emit(asio::cancellation_type::terminal);
        }
    }
}

void streams::cancel()
{
    is_cancelled_ = true;
    for (const auto& s : streams_) {
        s->leg->emit(asio::cancellation_type::terminal);
    }
}

std::string streams::unfinished() const
{
    for (const auto& s : streams_) {
        if (!s->is_complete) {
            return "stream " + std::to_string(s->number) + " (" + s->query + ") after " + s->last_event_id +
                   " has not received '" + (s->missing.empty() ? "" : *s->missing.begin()) + "'";
        }
    }
    return {};
}

std::vector<stream_record> streams::take_records()
{
    std::vector<stream_record> records;
    for (const auto& s : streams_) {
        records.push_back(std::move(s->record));
    }
    return records;
}

} // namespace history
