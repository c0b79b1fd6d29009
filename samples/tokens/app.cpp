#include "tokens/app.hpp"

#include <atomic>
#include <cstdio>
#include <rill/http/json.hpp>

#include "tokens/babbler.hpp"
#include "tokens/generate_request.hpp"
#include "tokens/proxy.hpp"

namespace tokens {

namespace {

/// One generation of text. The destructor reports how the generation ended. It also runs when the client disconnects,
/// because rill then destroys the handler.
class generation
{
public:
    generation(const rill::sse::event_stream& stream, const generate_request& ask, const options& how)
        : stream_(stream), log_(how.log), words_(ask.words), model_(ask.prompt)
    {}
    generation(const generation&) = delete;
    generation& operator=(const generation&) = delete;
    ~generation()
    {
        log_("generation " + std::to_string(number_) + " stopped after " + std::to_string(done_) + " of " +
             std::to_string(words_) + " words: " + why());
    }

    bool finished() const { return done_ == words_; }

    std::string next()
    {
        ++done_;
        return rill::to_json(boost::json::object{{"token", model_.next()}});
    }

private:
    std::string why() const
    {
        switch (stream_.reason()) {
        case rill::close_reason::open:
            return finished() ? "finished" : "failed";
        case rill::close_reason::peer_closed:
        case rill::close_reason::peer_reset:
            return "client left";
        default:
            return std::string(to_string(stream_.reason()));
        }
    }

    static inline std::atomic<int> count{0};

    const rill::sse::event_stream& stream_;
    const std::function<void(const std::string&)>& log_;
    const int number_ = ++count;
    const int words_;
    int done_ = 0;
    babbler model_;
};

struct generate
{
    options how;

    rill::awaitable<> operator()(rill::sse::event_stream& stream, rill::json<generate_request> ask) const
    {
        generation words(stream, *ask, how);
        rill::interval every{how.period};
        while (!words.finished()) {
            co_await every.tick();
            co_await stream.send(words.next());
        }
        co_await stream.send("[DONE]");
    }
};

void log_to_stderr(const std::string& line)
{
    std::fprintf(stderr, "%s\n", line.c_str());
}

} // namespace

rill::router app(options how)
{
    if (!how.log) {
        how.log = log_to_stderr;
    }
    const std::string directory = how.directory.empty() ? TOKENS_PUBLIC : how.directory;
    rill::router app;
    if (!how.upstream.empty()) {
        app.post("/v1/{call...}", proxy(how.upstream));
    }
    app.post("/v1/generate", rill::sse::endpoint(generate{std::move(how)}));
    app.get("/{path...}", rill::static_files(directory));
    return app;
}

} // namespace tokens
