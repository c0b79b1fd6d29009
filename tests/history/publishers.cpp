#include "history/publishers.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <charconv>
#include <exception>
#include <rill/core/interval.hpp>
#include <utility>

namespace history {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t max_publisher_errors = 20;
constexpr std::size_t no_limit = 1'000'000;
constexpr std::size_t max_attempts_after_end = 20;

// The payload without its padding.
std::string key_of(const append_record& event)
{
    return '"' + event.payload.substr(0, event.payload.find('.')) + '"';
}

// The answer is {"id":"123"}.
std::optional<log_number> id_of(std::string_view body)
{
    const auto begin = body.find_first_of("0123456789");
    log_number id = 0;
    if (begin == body.npos || std::from_chars(body.data() + begin, body.data() + body.size(), id).ec != std::errc()) {
        return std::nullopt;
    }
    return id;
}

std::string padding(random_source& random)
{
    return std::string(random.one_in(20) ? random.draw(8'000) : random.draw(100), '.');
}

} // namespace

publishers::publishers(asio::io_context& context, publisher_options options)
    : context_(context), options_(std::move(options)),
      client_({.connect_timeout = 2'000ms, .response_timeout = 15'000ms, .idle_timeout = 15'000ms})
{}

void publishers::start()
{
    for (std::size_t i = 0; i < options_.publishers * options_.lanes; ++i) {
        ++running_;
        const auto name = std::to_string(i % options_.publishers) + "-" + std::to_string(i / options_.publishers);
        asio::co_spawn(context_, run_lane(name, options_.seed * 65'537 + i), [this](std::exception_ptr failure) {
            --running_;
            if (failure) {
                errors_.emplace_back("a publisher has failed");
            }
        });
    }
}

rill::awaitable<> publishers::run_lane(std::string name, std::uint64_t seed)
{
    random_source random(seed);
    for (std::size_t n = 0; !is_finishing_; ++n) {
        const auto& topic = options_.topics[random.draw(options_.topics.size())];
        append_record event{.topic = topic, .payload = topic + " " + name + " " + std::to_string(n) + padding(random)};
        // One of five events is not sent again after its first outcome.
        const auto max_attempts = random.one_in(5) ? 1 : no_limit;
        auto record = co_await publish(std::move(event), options_.ports, random, max_attempts);
        records_.push_back(std::move(record));
        co_await rill::sleep_for(random.draw(0ms, options_.longest_pause));
    }
}

rill::awaitable<append_record> publishers::publish(append_record event, const std::vector<std::uint16_t>& ports,
                                                   random_source& random, std::size_t max_attempts)
{
    bool may_be_appended = false;
    event.begun = now();
    std::size_t after_end = 0; // failed attempts after finish()
    for (std::size_t n = 1;; ++n) {
        event.retried = event.retried || may_be_appended;
        const auto port = ports[random.draw(ports.size())];
        const auto answer = co_await send(event, port);
        if (answer.result == outcome::acknowledged) {
            event.result = outcome::acknowledged;
            event.id = answer.id;
            co_return event;
        }
        may_be_appended = may_be_appended || answer.result == outcome::unknown;
        after_end += is_finishing_ ? 1 : 0;
        if (n >= max_attempts || after_end > max_attempts_after_end) {
            event.result = may_be_appended ? outcome::unknown : outcome::refused;
            co_return event;
        }
        co_await rill::sleep_for(random.draw(20ms, 200ms));
    }
}

rill::awaitable<publishers::attempt> publishers::send(const append_record& event, std::uint16_t port)
{
    ++attempts_;
    rill::client::request r("http://127.0.0.1:" + std::to_string(port) + "/topics/" + event.topic, rill::verb::post,
                            event.payload);
    static_cast<void>(r.headers.set("Authorization", "Bearer history"));
    static_cast<void>(r.headers.set("Content-Type", "text/plain"));
    static_cast<void>(r.headers.set("Idempotency-Key", key_of(event)));
    auto answer = co_await client_.send(std::move(r));
    if (!answer) {
        // Without a connection, nothing was sent.
        const bool never_sent = answer.error().where.starts_with("connect") || answer.error().where.starts_with("wait");
        co_return attempt{never_sent ? outcome::refused : outcome::unknown, 0};
    }
    const auto body = co_await answer->read_all();
    if (!body) {
        co_return attempt{};
    }
    co_return judge(event, answer->status(), *body);
}

publishers::attempt publishers::judge(const append_record& event, unsigned status, const std::string& body)
{
    if (status == 201) {
        if (const auto id = id_of(body)) {
            return {outcome::acknowledged, *id};
        }
    }
    if (status == 503) {
        return {outcome::refused, 0};
    }
    if (status != 504 && errors_.size() < max_publisher_errors) {
        errors_.push_back("publisher of '" + event.payload + "': status " + std::to_string(status) + ": " + body);
    }
    return {outcome::unknown, 0};
}

log_number publishers::first_id() const
{
    const auto first = std::ranges::find(records_, outcome::acknowledged, &append_record::result);
    return first == records_.end() ? 0 : first->id;
}

void publishers::publish_to_each(std::string mark, std::vector<std::uint16_t> ports, milliseconds time, published done)
{
    auto all = publish_all(std::move(mark), std::move(ports), time, std::move(done));
    asio::co_spawn(context_, std::move(all), [](std::exception_ptr failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
}

rill::awaitable<> publishers::publish_all(std::string mark, std::vector<std::uint16_t> ports, milliseconds time,
                                          published done)
{
    random_source random(options_.seed);
    std::map<std::string, std::string> payloads;
    const auto deadline = std::chrono::steady_clock::now() + time;
    for (const auto& topic : options_.topics) {
        auto payload = topic + " " + mark;
        do {
            append_record event{.topic = topic, .payload = payload};
            auto record = co_await publish(std::move(event), ports, random, 1);
            if (record.result == outcome::acknowledged) {
                payloads[topic] = std::move(payload);
                records_.push_back(std::move(record));
                break;
            }
            // The next attempt is another event. Otherwise the record of the first one would not be complete.
            records_.push_back(std::move(record));
            payload += "'";
            co_await rill::sleep_for(50ms);
        } while (std::chrono::steady_clock::now() < deadline);
        if (!payloads.contains(topic)) {
            done(std::nullopt);
            co_return;
        }
    }
    done(std::move(payloads));
}

} // namespace history
