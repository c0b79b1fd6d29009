#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <stdexcept>
#include <string>

// [store]
#include <memory>
#include <rill/redis.hpp>

rill::pubsub::channel open_news(std::string_view url)
{
    auto store = rill::redis::parse_url(url); // for example redis://app:password@10.0.0.5:6379/0?key=news
    if (!store) {
        throw std::runtime_error(store.error().message());
    }
    store->log = [](rill::log_level, std::string_view line) { std::clog << line << '\n'; };
    return rill::pubsub::channel({.history = 20}, std::make_shared<rill::redis::backplane>(std::move(*store)));
}
// [store]

#include <chrono>
#include <csignal>
#include <filesystem>
#include <future>
#include <sys/wait.h>
#include <unistd.h>

#include "docs/programs/drive.hpp"

namespace {

/// A server that only a Unix socket of the present directory reaches.
class server
{
public:
    server() : pid_(::fork())
    {
        if (pid_ == 0) {
            ::execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", "docs_redis.sock", "--save", "",
                     "--logfile", "docs_redis.log", static_cast<char*>(nullptr));
            ::_exit(127);
        }
    }
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server()
    {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

private:
    pid_t pid_;
};

// The log connects again until the server has started.
bool is_appended(rill::redis::backplane& log)
{
    std::promise<bool> appended;
    const auto accepted = log.append(rill::pubsub::event_draft::make({.data = "x"}).value(), {},
                                     [&appended](rill::result<std::string> id) { appended.set_value(id.has_value()); });
    return accepted.has_value() && appended.get_future().get();
}

} // namespace

int main()
{
    const auto url = "unix://" + std::filesystem::absolute("docs_redis.sock").string() + "?key=news";
    std::filesystem::remove("docs_redis.sock");
    const server redis;
    {
        auto options = rill::redis::parse_url(url).value();
        options.append_grace = std::chrono::seconds(30);
        rill::redis::backplane log(std::move(options));
        drive::check(is_appended(log), "the event is in the log");
        auto news = open_news(url);
        drive::check(news.publish("hello").has_value(), "the event is accepted");
    }
    try {
        open_news("http://localhost");
        drive::check(false, "the URL is refused");
    } catch (const std::runtime_error&) {
    }
    return drive::failures == 0 ? 0 : 1;
}
