#include "log_tail/app.hpp"

#include "log_tail/log_file.hpp"

namespace log_tail {

namespace {

struct follow
{
    std::string path;
    std::chrono::milliseconds period;

    rill::awaitable<> operator()(rill::sse::event_stream& stream) const
    {
        log_file log(path, stream.last_event_number(log_file::last_lines));
        rill::interval every{period};
        for (;;) {
            while (const auto line = log.next_line()) {
                co_await stream.send({.data = line->text, .id = line->end});
            }
            co_await every.tick();
        }
    } // after the client has disconnected, `log` closes the file
};

} // namespace

rill::router app(const options& options)
{
    rill::router app;
    app.get("/log", rill::sse::endpoint(follow{options.file, options.period}));
    app.get("/{path...}", rill::static_files(options.directory.empty() ? LOG_TAIL_PUBLIC : options.directory));
    return app;
}

} // namespace log_tail
