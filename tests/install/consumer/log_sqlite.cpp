// A program with the log in SQLite: a second opening of the file finds the event.
#include <filesystem>
#include <future>
#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/sqlite.hpp>
#include <unistd.h>

int main()
{
    const auto file = std::filesystem::temp_directory_path() / ("rill-consumer-" + std::to_string(::getpid()) + ".db");
    std::string id;
    {
        rill::sqlite::backplane log({.file = file});
        auto event = rill::pubsub::event_draft::make({.data = "kept"});
        std::promise<rill::result<std::string>> outcome;
        static_cast<void>(log.append(std::move(*event), {}, [&](auto done) { outcome.set_value(std::move(done)); }));
        id = outcome.get_future().get().value_or("");
    }
    std::promise<std::size_t> found;
    {
        rill::sqlite::backplane log({.file = file});
        const auto before = std::to_string(std::stoull(id) - 1);
        log.read_after({.after = before}, [&](auto page) { found.set_value(page ? page->events.size() : 0); });
        std::cout << "sqlite: " << (found.get_future().get() == 1 ? "kept" : "lost") << '\n';
    }
    for (const auto* end : {"", "-wal", "-shm"}) {
        std::filesystem::remove(file.string() + end);
    }
    return 0;
}
