#include "support/store.hpp"

#include <rill/pubsub/memory_backplane.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>

#ifdef SAMPLES_SQLITE
#include <rill/sqlite.hpp>
#endif
#ifdef SAMPLES_REDIS
#include <rill/redis.hpp>
#endif
#ifdef SAMPLES_NATS
#include <rill/nats.hpp>
#endif

namespace samples {

namespace {

using plane_pointer = std::shared_ptr<rill::pubsub::backplane>;

constexpr std::string_view sqlite_prefix = "sqlite:";
constexpr std::size_t remembered_keys = 10'000;

bool is_redis(std::string_view text)
{
    return text.starts_with("redis://") || text.starts_with("redis+unix://") || text.starts_with("unix://") ||
           text.starts_with("redis+sentinel://");
}

[[maybe_unused]] std::string not_built(const std::string& kind)
{
    return "the program was built without the log '" + kind + "'";
}

std::string check_sqlite(const std::string& text)
{
#ifdef SAMPLES_SQLITE
    return text.size() > sqlite_prefix.size() ? "" : "sqlite: needs the path of a file, as in sqlite:chat.db";
#else
    static_cast<void>(text);
    return not_built("sqlite");
#endif
}

std::string check_redis(const std::string& text)
{
#ifdef SAMPLES_REDIS
    const auto parsed = rill::redis::parse_url(text);
    return parsed ? "" : parsed.error().message();
#else
    static_cast<void>(text);
    return not_built("redis");
#endif
}

std::string check_nats(const std::string& text)
{
#ifdef SAMPLES_NATS
    const auto parsed = rill::nats::parse_url(text);
    return parsed ? "" : parsed.error().message();
#else
    static_cast<void>(text);
    return not_built("nats");
#endif
}

plane_pointer open_sqlite(const std::string& text, rill::log_sink log)
{
#ifdef SAMPLES_SQLITE
    rill::sqlite::backplane_options options;
    options.file = text.substr(sqlite_prefix.size());
    options.log = std::move(log);
    return std::make_shared<rill::sqlite::backplane>(std::move(options));
#else
    static_cast<void>(text), static_cast<void>(log);
    return nullptr;
#endif
}

plane_pointer open_redis(const std::string& text, rill::log_sink log)
{
#ifdef SAMPLES_REDIS
    auto options = *rill::redis::parse_url(text);
    options.log = std::move(log);
    return std::make_shared<rill::redis::backplane>(std::move(options));
#else
    static_cast<void>(text), static_cast<void>(log);
    return nullptr;
#endif
}

plane_pointer open_nats(const std::string& text, rill::log_sink log)
{
#ifdef SAMPLES_NATS
    auto options = *rill::nats::parse_url(text);
    options.log = std::move(log);
    return std::make_shared<rill::nats::backplane>(std::move(options));
#else
    static_cast<void>(text), static_cast<void>(log);
    return nullptr;
#endif
}

} // namespace

void add_store(command_line& line, std::string& store)
{
    line.add("--store", store, "log of the events: memory, sqlite:FILE, redis://HOST:PORT or nats://HOST:PORT",
             check_store);
}

std::string kind_of(const std::string& store)
{
    return is_redis(store) ? "redis" : store.substr(0, store.find(':'));
}

bool is_shared(const std::string& store)
{
    return kind_of(store) != "memory";
}

std::string check_store(const std::string& text)
{
    if (text == "memory") {
        return {};
    }
    if (text.starts_with(sqlite_prefix)) {
        return check_sqlite(text);
    }
    if (is_redis(text)) {
        return check_redis(text);
    }
    if (text.starts_with("nats://")) {
        return check_nats(text);
    }
    // The text may contain a password. Therefore the message does not repeat it.
    return "must be memory, sqlite:FILE, redis://HOST:PORT or nats://HOST:PORT";
}

plane_pointer open_store(const std::string& store, rill::log_sink log)
{
    if (const auto wrong = check_store(store); !wrong.empty()) {
        throw std::invalid_argument("--store: " + wrong);
    }
    if (store == "memory") {
        return std::make_shared<rill::pubsub::memory_backplane>(
            rill::pubsub::memory_backplane::settings{.max_idempotency_keys = remembered_keys});
    }
    return store.starts_with(sqlite_prefix) ? open_sqlite(store, std::move(log))
           : is_redis(store)                ? open_redis(store, std::move(log))
                                            : open_nats(store, std::move(log));
}

} // namespace samples
