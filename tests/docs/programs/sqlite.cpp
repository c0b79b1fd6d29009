#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// [store]
#include <memory>
#include <rill/sqlite.hpp>

rill::pubsub::channel open_news(const std::string& file)
{
    rill::sqlite::backplane_options store;
    store.file = file;
    store.retention.max_events = 100'000;
    store.log = [](rill::log_level, std::string_view line) { std::clog << line << '\n'; };
    return rill::pubsub::channel({.history = 20}, std::make_shared<rill::sqlite::backplane>(store));
}
// [store]

// [append]
#include <future>

rill::result<std::string> append(rill::sqlite::backplane& log, std::string_view text, std::string_view key)
{
    auto event = rill::pubsub::event_draft::make({.data = text});
    if (!event) {
        return tl::unexpected(event.error());
    }
    std::promise<rill::result<std::string>> outcome;
    const auto accepted = log.append(std::move(*event), {.idempotency_key = key},
                                     [&outcome](rill::result<std::string> id) { outcome.set_value(std::move(id)); });
    return accepted ? outcome.get_future().get() : accepted; // waits: not in a worker
}
// [append]

#include <filesystem>

#include "docs/programs/drive.hpp"

namespace {

void the_ids_continue(const std::string& file)
{
    std::string first;
    {
        rill::sqlite::backplane log({.file = file});
        first = append(log, "one", "key 1").value();
        drive::check(append(log, "one", "key 1") == first, "a key is appended once");
    }
    rill::sqlite::backplane log({.file = file});
    drive::check(std::stoull(append(log, "two", "key 2").value()) == std::stoull(first) + 1, "the next id follows");
}

void a_channel_publishes(const std::string& file)
{
    auto news = open_news(file);
    drive::check(news.publish("hello").has_value(), "the event is accepted");
}

} // namespace

int main()
{
    for (const auto* end : {"", "-wal", "-shm"}) {
        std::filesystem::remove(std::string("docs_sqlite.db") + end);
    }
    a_channel_publishes("docs_sqlite.db");
    the_ids_continue("docs_sqlite.db");
    return drive::failures == 0 ? 0 : 1;
}
