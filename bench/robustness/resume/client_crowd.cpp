#include "robustness/resume/client_crowd.hpp"

#include <algorithm>
#include <rill/core/interval.hpp>
#include <utility>

namespace resume {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using rill::client::event;
using rill::client::event_source;

namespace {

constexpr auto check_interval = 20ms;

/// Servers without ids send a different text with each event.
const std::string& id_of(const event& e)
{
    return e.has_own_id ? e.id : e.data;
}

} // namespace

bool crowd_result::keeps(guarantee promise) const noexcept
{
    const bool is_whole = never_cut == 0 && incomplete == 0 && repeated == 0 && end.empty();
    return found.keep(promise) && is_whole && (promise == guarantee::order || notices == 0);
}

client_crowd::client_crowd(asio::io_context& context, crowd_options options)
    : context_(context), coroutines_(context), options_(std::move(options)), streams_(options_.streams),
      cancels_(options_.streams + 1), never_cut_(options_.streams), incomplete_(options_.streams)
{}

crowd_result client_crowd::run()
{
    asio::cancellation_signal never;
    coroutines_.start(follow_reference(), cancels_.back());
    coroutines_.start(conduct(), never);
    context_.run();
    return result();
}

rill::awaitable<> client_crowd::follow_reference()
{
    event_source source({.url = options_.server_url});
    while (const auto e = co_await source.next()) {
        if (published_.size() == 0) {
            first_id_ = e->has_own_id ? e->id : "";
        }
        published_.publish(id_of(*e));
    }
    counts_.end = source.end()->message();
}

rill::client::event_source_options client_crowd::options_of(std::size_t number)
{
    auto& s = streams_[number];
    rill::client::event_source_options o{.url = options_.proxy_urls[number % options_.proxy_urls.size()],
                                         .last_event_id = first_id_};
    o.initial_backoff = options_.wait;
    o.prepare = [this, &s](rill::client::request&) {
        ++counts_.attempts;
        s.record.begin_connection();
        never_cut_ -= s.record.connections() == 2 ? 1 : 0;
    };
    o.before_reconnect = [this](const rill::client::reconnect& r) {
        ++(r.failures == 0 ? counts_.reconnects : counts_.failed_attempts);
    };
    return o;
}

rill::awaitable<> client_crowd::follow(std::size_t number)
{
    auto& s = streams_[number];
    event_source source(options_of(number));
    s.source = &source;
    while (const auto e = co_await source.next()) {
        take(s, *e);
        if (is_complete(*e)) {
            --incomplete_;
            s.source = nullptr;
            co_return;
        }
    }
    s.source = nullptr;
    counts_.end = source.end()->message();
}

void client_crowd::take(stream& s, const event& e)
{
    if (e.gap() || e.dropped()) {
        ++counts_.notices;
    } else {
        s.record.add(published_.token_of(id_of(e)));
    }
}

bool client_crowd::is_complete(const event& e)
{
    if (end_ == published_events::unknown) {
        return false;
    }
    const auto at = published_.position_of(published_.token_of(id_of(e)));
    return at != published_events::unknown && at + 1 >= end_;
}

rill::awaitable<> client_crowd::conduct()
{
    for (auto left = options_.patience; published_.size() == 0 && left > 0ms; left -= check_interval) {
        co_await rill::sleep_for(check_interval);
    }
    if (published_.size() > 0) {
        co_await open_all();
        co_await hold();
        co_await wait_for_none(never_cut_);
        end_ = published_.size();
        co_await wait_for_none(incomplete_);
    }
    cancel_all();
}

rill::awaitable<> client_crowd::wait_for_none(const std::size_t& streams)
{
    for (auto left = options_.patience; streams > 0 && left > 0ms; left -= check_interval) {
        co_await rill::sleep_for(check_interval);
    }
}

// Opens the streams at the rate at which they reconnect later. A faster start could take more than the machine has, and
// no connection would get its response before the cut.
rill::awaitable<> client_crowd::open_all()
{
    const auto time = options_.wait + 1s;
    const auto at_once = std::max<std::size_t>(1, streams_.size() * check_interval / time);
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        coroutines_.start(follow(i), cancels_[i]);
        if (i % at_once == at_once - 1) {
            co_await rill::sleep_for(check_interval);
        }
    }
}

rill::awaitable<> client_crowd::hold()
{
    std::size_t readings = 0, open = 0;
    for (auto left = options_.time; left > 0ms; left -= std::min<std::chrono::milliseconds>(left, 1s)) {
        co_await rill::sleep_for(std::min<std::chrono::milliseconds>(left, 1s));
        ++readings;
        open += static_cast<std::size_t>(std::count_if(streams_.begin(), streams_.end(), [](const stream& s) {
            return s.source != nullptr && s.source->is_open();
        }));
    }
    counts_.open_on_average = readings == 0 ? 0 : open / readings;
}

void client_crowd::cancel_all()
{
    for (auto& cancel : cancels_) {
        cancel.emit(asio::cancellation_type::terminal);
    }
}

crowd_result client_crowd::result() const
{
    auto all = counts_;
    all.end = all.end.empty() ? coroutines_.failure() : all.end;
    all.published = published_.size();
    all.repeated = published_.repeated();
    all.never_cut = never_cut_;
    all.incomplete = incomplete_;
    for (const auto& s : streams_) {
        all.found += s.record.compare(published_, options_.promise, 1, end_);
    }
    return all;
}

} // namespace resume
