#pragma once

#include <memory>
#include <rill/routing/router.hpp>
#include <rill/sse/endpoint.hpp>
#include <rill/testing/server.hpp>
#include <string>
#include <utility>

namespace rill::testing {

/// A stream and its server. event_source_of() returns it.
struct event_source
{
    std::unique_ptr<server> app;
    stream events;

    event next() { return events.next(); }
};

/// Tests the handler of an event stream without an application. Creates a server with this handler as its only route,
/// and opens a stream.
///
///     auto source = testing::event_source_of(ticks);
///     CHECK(source.next().data == "1");
///
/// @param handler a stream handler, as for sse::endpoint()
/// @param target the path and the query of the request. The handler can have query parameters, but no path parameters.
template <class F>
event_source event_source_of(F handler, std::string_view target = "/", const fields& with = {}, options settings = {})
{
    router routes;
    const auto path = std::string(target.substr(0, target.find('?')));
    routes.get(path, sse::endpoint(std::move(handler)));
    auto app = std::make_unique<server>(std::move(routes), std::move(settings));
    auto events = app->open(target, with);
    return {std::move(app), std::move(events)};
}

} // namespace rill::testing
