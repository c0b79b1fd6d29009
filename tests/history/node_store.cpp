#include "history/node_store.hpp"

#include <cstdio>
#include <rill/http/observer.hpp>
#include <rill/pubsub/memory_backplane.hpp>
#include <stdexcept>
#include <string_view>
#ifdef HISTORY_NATS
#include <rill/nats/backplane.hpp>
#include <rill/nats/url.hpp>
#endif
#ifdef HISTORY_REDIS
#include <rill/redis/backplane.hpp>
#include <rill/redis/url.hpp>
#endif
#ifdef HISTORY_SQLITE
#include <rill/sqlite/backplane.hpp>
#endif

namespace history {

namespace {

using namespace rill::pubsub;

/// A log that acknowledges every event, but does not deliver every hundredth event.
class faulty_log final : public backplane, private backplane::reader
{
public:
    faulty_log() { inner_.tail(*this, {}); }
    ~faulty_log() override { inner_.stop(*this); }

    bool ids_are_numbers() const noexcept override { return true; }
    rill::result<log_id> append(event_draft event, const append_options& options, appended done) override
    {
        return inner_.append(std::move(event), options, std::move(done));
    }
    void tail(backplane::reader& r, const tail_options&) override
    {
        reader_ = &r;
        r.on_begin(begin_);
    }
    void stop(backplane::reader&) override { reader_ = nullptr; }

private:
    void on_begin(const log_position& at) override { begin_ = at; }
    void on_gap(const log_position& at) override { reader_->on_gap(at); }
    void on_event(event_draft event, std::string_view id, std::uint64_t number) override
    {
        if (++events_ % 100 != 0) {
            reader_->on_event(std::move(event), id, number);
        }
    }

    memory_backplane inner_;
    backplane::reader* reader_ = nullptr;
    log_position begin_;
    std::uint64_t events_ = 0;
};

[[maybe_unused]] void write_line(rill::log_level, std::string_view text)
{
    std::fprintf(stderr, "log: %.*s\n", static_cast<int>(text.size()), text.data());
}

} // namespace

std::shared_ptr<backplane> open_store(const std::string& store)
{
    if (store == "memory") {
        return std::make_shared<memory_backplane>();
    }
    if (store == "faulty") {
        return std::make_shared<faulty_log>();
    }
#ifdef HISTORY_SQLITE
    if (constexpr std::string_view scheme = "sqlite:"; store.starts_with(scheme)) {
        return std::make_shared<rill::sqlite::backplane>(
            rill::sqlite::backplane_options{.file = store.substr(scheme.size()), .log = write_line});
    }
#endif
#ifdef HISTORY_NATS
    if (store.starts_with("nats://")) {
        auto options = rill::nats::parse_url(store);
        if (!options) {
            throw std::invalid_argument("--store " + store + ": " + options.error());
        }
        options->log = write_line;
        return std::make_shared<rill::nats::backplane>(std::move(*options));
    }
#endif
#ifdef HISTORY_REDIS
    if (store.starts_with("redis")) {
        auto options = rill::redis::parse_url(store);
        if (!options) {
            throw std::invalid_argument("--store " + store + ": " + options.error().message());
        }
        options->log = write_line;
        return std::make_shared<rill::redis::backplane>(std::move(*options));
    }
#endif
    throw std::invalid_argument("--store " + store + ": this build does not have this log");
}

} // namespace history
