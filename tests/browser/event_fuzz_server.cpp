// Sends the events that a client has posted. POST /events/NAME takes a JSON array of objects with the fields "data",
// "name", "id", "retry" and "comment". Each field is optional. After that, GET /events/NAME sends the events one by one
// with event_stream::send().

#include <rill/rill.hpp>

#include <support/command_line.hpp>

#include <boost/json/parse.hpp>
#include <map>
#include <memory>
#include <mutex>

namespace {

using batch = std::shared_ptr<const boost::json::value>;

/// The posted events that no client has received yet, by name.
class batches
{
public:
    void put(std::string name, batch b)
    {
        const std::lock_guard lock(mutex_);
        waiting_.insert_or_assign(std::move(name), std::move(b));
    }
    batch take(const std::string& name)
    {
        const std::lock_guard lock(mutex_);
        const auto found = waiting_.extract(name);
        return found ? found.mapped() : nullptr;
    }

private:
    std::mutex mutex_;
    std::map<std::string, batch> waiting_;
};

std::string_view text_of(const boost::json::value& value)
{
    const auto& text = value.as_string();
    return {text.data(), text.size()};
}

rill::sse::event event_of(const boost::json::object& fields)
{
    rill::sse::event e;
    if (const auto* data = fields.if_contains("data")) {
        e.data = text_of(*data);
    }
    if (const auto* comment = fields.if_contains("comment")) {
        e.comment = text_of(*comment);
    }
    if (const auto* name = fields.if_contains("name")) {
        e.name = rill::sse::event_name::parse(text_of(*name)).value();
    }
    if (const auto* id = fields.if_contains("id")) {
        e.id = id->is_string() ? rill::sse::event_id::parse(text_of(*id)).value() : rill::sse::event_id(id->as_int64());
    }
    if (const auto* retry = fields.if_contains("retry")) {
        e.retry = std::chrono::milliseconds(retry->as_int64());
    }
    return e;
}

rill::router app()
{
    const auto all = std::make_shared<batches>();
    const rill::sse::endpoint_options options{.heartbeat = std::chrono::milliseconds(0),
                                              .headers = {{"Access-Control-Allow-Origin", "*"}}};
    rill::router app;
    app.post("/events/{name}", [all](rill::path<"name"> name, const rill::request& r) {
        all->put(*name, std::make_shared<const boost::json::value>(boost::json::parse(r.body())));
        return rill::response(rill::status::no_content);
    });
    app.get("/events/{name}", rill::sse::endpoint(
                                  [all](rill::sse::event_stream& stream, rill::path<"name"> name) -> rill::awaitable<> {
                                      const auto events = all->take(*name);
                                      if (!events) {
                                          co_return;
                                      }
                                      for (const auto& fields : events->as_array()) {
                                          co_await stream.send(event_of(fields.as_object()));
                                      }
                                  },
                                  options));
    return app;
}

} // namespace

int main(int argc, char** argv)
{
    samples::command_line line("event_fuzz_server", "Sends the events that it is told to, for tests");
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    line.server.limits.max_body_bytes = 64UL * 1024 * 1024;
    return rill::serve(app(), line.server);
}
