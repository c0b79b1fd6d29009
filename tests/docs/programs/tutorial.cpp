// [program]
#include <iostream>
#include <map>
#include <memory>
#include <rill/http/json.hpp>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>

using namespace std::chrono_literals;

struct ballot
{
    std::map<std::string, int> votes{{"coffee", 0}, {"tea", 0}};
    rill::pubsub::channel results = rill::pubsub::channel({.history = 1}); // a new page gets the newest event

    void publish_votes()
    {
        const auto id = results.publish({.data = rill::to_json(votes), .name = "votes"});
        if (!id) {
            std::clog << id.error().message() << '\n';
        }
    }

    rill::status vote(rill::path<"choice"> choice)
    {
        const auto found = votes.find(*choice);
        if (found == votes.end()) {
            return rill::status::not_found;
        }
        ++found->second; // one worker, so no mutex is needed
        publish_votes();
        return rill::status::no_content;
    }
};

rill::router ballot_app()
{
    const auto state = std::make_shared<ballot>();
    state->publish_votes();
    rill::router app;
    app.get("/results", rill::sse::endpoint(state->results, {.retry = 1s}));
    app.post("/votes/{choice}", &ballot::vote, state);
    app.get("/{path...}", rill::static_files("public"));
    return app;
}

int main()
{
    return rill::serve(ballot_app, {.port = 8080});
}
// [program]

#include "docs/programs/drive.hpp"

#include <filesystem>
#include <fstream>

const bool page_is_written = [] { // before main()
    std::filesystem::create_directory("public");
    std::ofstream("public/index.html") << "Tea or coffee?";
    return true;
}();

const drive::beside_main test([](std::uint16_t port, const auto& begin_stop) {
    drive::client page(port);
    drive::equal(page.get("/").status(), 200);
    drive::equal(page.body(), "Tea or coffee?");

    drive::client stream(port);
    stream.get("/results");
    drive::equal(drive::next_data(stream), R"({"coffee":0,"tea":0})");
    drive::equal(page.request("POST", "/votes/tea").status(), 204);
    const auto event = stream.event();
    drive::check(event && event->name == "votes", "a vote is published");
    drive::equal(event->data, R"({"coffee":0,"tea":1})");
    drive::equal(page.request("POST", "/votes/milk").status(), 404);

    drive::client late(port);
    late.get("/results");
    drive::equal(drive::next_data(late), R"({"coffee":0,"tea":1})");
    begin_stop();
    drive::ends(stream);
    drive::ends(late);
});
