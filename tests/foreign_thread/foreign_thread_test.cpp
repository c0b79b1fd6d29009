// A thread that does not belong to the worker writes to its stream. All presets compile this test without NDEBUG.

#include "server/process_fixture.hpp"

#include <functional>

BOOST_AUTO_TEST_SUITE(foreign_thread_test)

namespace {

using namespace rill_test;

/// A server process whose handler calls `what`. One client reads to the end of the stream.
class serving : public forked
{
public:
    explicit serving(const std::function<void(rill::sse::event_stream&)>& what)
        : forked([&what](const line_writer&) {
              rill::router app;
              app.get("/", rill::sse::endpoint([&what](rill::sse::event_stream& stream) -> rill::awaitable<> {
                          what(stream);
                          co_await stream.send("end");
                      }));
              running_server server(std::move(app));
              client c(server.port());
              c.get("/");
              return c.body().ends_with("data: end\n\n") ? 0 : 1;
          })
    {}
};

void elsewhere(const std::function<void()>& f)
{
    std::thread(f).join();
}

std::string line_of(const std::string& operation)
{
    return "rill: " + operation +
           " called from a thread that is not the stream's worker; use rill::mailbox or publish to a channel\n";
}

} // namespace

BOOST_AUTO_TEST_CASE(a_send_from_a_foreign_thread_ends_the_process)
{
    using rill::sse::event_stream;
    struct way
    {
        std::string operation;
        std::function<void(event_stream&)> call;
    };
    const std::vector<way> ways{
        {"send()", [](event_stream& s) { static_cast<void>(s.send("x")); }},
        {"send()", [](event_stream& s) { static_cast<void>(s.send({.data = "x"}, rill::as_expected)); }},
        {"send()", [](event_stream& s) { static_cast<void>(s.send(rill::shared_chunk::copy_of("x"))); }},
        {"comment()", [](event_stream& s) { static_cast<void>(s.comment("x")); }},
        {"write()", [](event_stream& s) { static_cast<void>(s.writer().write("x")); }},
    };
    for (const auto& w : ways) {
        serving there([&w](event_stream& stream) { elsewhere([&] { w.call(stream); }); });
        BOOST_TEST(there.wait() == -SIGABRT);
        BOOST_TEST(there.output().find(line_of(w.operation)) != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(the_workers_own_thread_may_send)
{
    serving here([](rill::sse::event_stream& stream) { static_cast<void>(stream.send("x")); });
    BOOST_TEST(here.wait() == 0);
    BOOST_TEST(here.output() == "");
}

BOOST_AUTO_TEST_SUITE_END()
