#pragma once

#include <functional>
#include <rill/core/error.hpp>
#include <string>

#include "transport/connection.hpp"

namespace rill_test {

/// A connection without a socket. It counts the calls from its worker.
class fake_connection final : public rill::transport::connection
{
public:
    explicit fake_connection(bool streams = false) : connection(operations_of_kind), streams(streams) {}

    bool streams;
    int deferred_calls = 0;
    int drained = 0;
    int abandoned = 0;
    rill::close_reason ended = rill::close_reason::open; ///< the reason of end_stream()
    std::function<void()> on_call;                       ///< called by on_deferred()

private:
    using base = rill::transport::connection;

    static fake_connection& of(base& c) { return static_cast<fake_connection&>(c); }

    static const rill::transport::connection_operations operations_of_kind;
};

inline const rill::transport::connection_operations fake_connection::operations_of_kind{
    {[](rill::timer_node&, rill::error_code) {}},
    [](base&, rill::transport::readiness) {},
    [](base& c) {
        ++of(c).deferred_calls;
        if (of(c).on_call) {
            of(c).on_call();
        }
    },
    [](base& c) {
        ++of(c).drained;
        of(c).streams = false;
    },
    [](base& c) { ++of(c).abandoned; },
    [](const base& c) { return static_cast<const fake_connection&>(c).streams; },
    [](const base&) { return rill::transport::stream_report(); },
    [](const base&, const rill::detail::spawned_coroutine&) { return false; },
    [](const base&) { return std::string("a fake"); },
    [](base& c, rill::close_reason reason) { of(c).ended = reason; },
    [](base& c, const rill::stream_predicate& which, rill::close_reason reason) {
        const bool ends = of(c).streams && which({.id = 1});
        of(c).ended = ends ? reason : of(c).ended;
        return ends;
    },
};

} // namespace rill_test
