// A user's test without a test framework.
#include <chrono>
#include <cstdio>
#include <rill/rill.hpp>
#include <rill/testing.hpp>
#include <string>

namespace {

rill::awaitable<> ticks(rill::sse::event_stream& stream)
{
    rill::interval every{std::chrono::seconds(1)};
    for (int i = 1;; ++i) {
        co_await every.tick();
        co_await stream.send(std::to_string(i));
    }
}

} // namespace

int main()
{
    auto source = rill::testing::event_source_of(ticks);
    const auto last = source.events.next(3600).back().data;
    std::printf("the last tick of an hour is %s\n", last.c_str());
    return last == "3600" ? 0 : 1;
}
