#include "robustness/chat/chat_crowd.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <rill/core/interval.hpp>
#include <unistd.h>
#include <utility>

namespace chat_run {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using rill::client::event;
using rill::client::event_source;

namespace {

constexpr auto check_interval = 20ms;
constexpr const char* first_message = "first";

/// Returns the text of a message event, or an empty text for another event.
std::string text_of(const event& e)
{
    boost::system::error_code failed;
    const auto data = boost::json::parse(e.data, failed);
    const auto* message = failed ? nullptr : data.if_object();
    const auto* text = message == nullptr ? nullptr : message->if_contains("text");
    return text != nullptr && text->is_string() ? std::string(text->get_string()) : std::string();
}

} // namespace

chat_crowd::chat_crowd(crowd_options options)
    : options_(std::move(options)), http_({.response_timeout = 15s, .idle_timeout = 15s}),
      ledger_(options_.clients, options_.posters), has_first_(options_.clients),
      cancels_(options_.clients + options_.posters + 1)
{
    thread_ = std::thread([this] {
        coroutines_.start(conduct(), cancels_.back());
        context_.run();
    });
}

chat_crowd::~chat_crowd()
{
    if (thread_.joinable()) {
        context_.stop();
        thread_.join();
    }
}

std::string chat_crowd::url(std::size_t turn, const std::string& what) const
{
    return "http://127.0.0.1:" + std::to_string(options_.ports[turn % options_.ports.size()]) + "/rooms/lobby/" + what;
}

rill::awaitable<> chat_crowd::conduct()
{
    co_await send(first_message, "first-" + std::to_string(::getpid()));
    for (std::size_t i = 0; i < options_.clients; ++i) {
        coroutines_.start(follow(i), cancels_[i]);
    }
    const bool is_ready = co_await wait_until(ready_, options_.clients);
    if (is_ready) {
        is_started_ = true;
        for (std::size_t i = 0; i < options_.posters; ++i) {
            coroutines_.start(post_all(i), cancels_[options_.clients + i]);
        }
        while (ended_posters_ != options_.posters) {
            co_await rill::sleep_for(check_interval);
        }
        expected_ = acknowledged_count_;
        complete_ = ledger_.clients_with(expected_);
        const bool is_complete = co_await wait_until(complete_, options_.clients);
        if (is_complete) {
            co_await rill::sleep_for(1s); // a double of the last message would arrive now
        }
    }
    for (std::size_t i = 0; i < options_.clients; ++i) {
        cancels_[i].emit(asio::cancellation_type::terminal);
    }
}

rill::awaitable<bool> chat_crowd::wait_until(const std::atomic<std::size_t>& count, std::size_t wanted)
{
    for (auto left = options_.patience; count < wanted && left > 0ms; left -= check_interval) {
        co_await rill::sleep_for(check_interval);
    }
    co_return count >= wanted;
}

rill::awaitable<> chat_crowd::follow(std::size_t number)
{
    // The sample ignores the number. A proxy writes it to its log, so that a test knows which process served the
    // client.
    const auto what = "events?client=" + std::to_string(number);
    rill::client::event_source_options options{.url = url(number, what)};
    options.initial_backoff = 200ms;
    options.max_backoff = 2s;
    auto turn = number;
    options.prepare = [this, &turn, &what](rill::client::request& r) {
        ++counts_.connects;
        r.url = url(turn++, what);
    };
    event_source source(std::move(options));
    for (;;) {
        const auto e = co_await source.next();
        if (!e) {
            break;
        }
        take(number, *e);
    }
    counts_.end = source.end()->message();
}

void chat_crowd::take(std::size_t number, const event& e)
{
    if (e.gap() || e.dropped()) {
        ledger_.note_notice();
        return;
    }
    const auto text = text_of(e);
    if (text == first_message) {
        ready_ += has_first_[number] ? 0 : 1;
        has_first_[number] = true;
    } else if (!text.empty()) {
        complete_ += ledger_.receive(number, text) == expected_ ? 1 : 0;
    }
}

rill::awaitable<> chat_crowd::post_all(std::size_t poster)
{
    for (std::size_t n = 0; !is_ending_; ++n) {
        const auto text = std::to_string(poster) + "-" + std::to_string(n);
        co_await send(text, text + "-" + std::to_string(::getpid()));
        ledger_.acknowledge(poster, text);
        ++acknowledged_count_;
        co_await rill::sleep_for(options_.pause);
    }
    ++ended_posters_;
}

rill::awaitable<> chat_crowd::send(std::string text, std::string key)
{
    const auto body = R"({"name":"poster","text":")" + text + R"(","key":")" + key + R"("})";
    for (;;) {
        const auto response = co_await http_.post(url(turn_, "messages"), body, "application/json");
        if (response && response->status() == 201) {
            co_return;
        }
        ++turn_; // another process
        ++counts_.failed_posts;
        co_await rill::sleep_for(50ms);
    }
}

bool chat_crowd::is_ready()
{
    for (auto left = options_.patience; !is_started_ && left > 0ms; left -= check_interval) {
        std::this_thread::sleep_for(check_interval);
    }
    return is_started_;
}

crowd_result chat_crowd::finish()
{
    is_ending_ = true;
    thread_.join();
    counts_.messages = ledger_.compare();
    counts_.end = counts_.end.empty() ? coroutines_.failure() : counts_.end;
    return counts_;
}

} // namespace chat_run
