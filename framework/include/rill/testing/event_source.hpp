#pragma once

#include <memory>
#include <rill/routing/router.hpp>
#include <rill/sse/endpoint.hpp>
#include <rill/testing/server.hpp>
#include <string>
#include <utility>

namespace rill::testing {

/// A stream with a server of its own: see event_source_of().
struct event_source
{
    std::unique_ptr<server> app;
    stream events;

    event next() { return events.next(); }
};

/// Runs the handler of an event stream without an application: it is the only route of a server, and the stream is
/// open.
///
///     auto source = testing::event_source_of(ticks);
///     CHECK(source.next().data == "1");
///
/// @param handler what sse::endpoint() takes
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
