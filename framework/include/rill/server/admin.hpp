#pragma once

#include <rill/http/handler.hpp>

// Routes for operators and their tools. The application decides where to add them.
namespace rill::ops {

/// A liveness check: answers 200 while the event loop runs.
handler healthz();

/// A readiness check: answers 200, or 503 after a shutdown has begun. During server_options::readiness_delay the server
/// still accepts connections, so that a load balancer gets the 503.
handler readyz();

/// Lists the open streams of the server, as JSON:
///
///     {"count":2,"streams":[{"id":7,"route":"/ticks","address":"127.0.0.1","tag":"user-7",
///      "since":"2026-01-31T23:59:59Z","age_ms":1500,"last_write_ms":20,"unsent_bytes":0}, ...]}
///
/// `last_write_ms` is the time since the kernel last took bytes of the stream. The query parameter `limit` is the
/// maximum number of entries. Its default is 1000. `count` is the number of all streams. The list contains the
/// addresses of clients. Therefore only operators should be able to reach this route.
handler streams();

} // namespace rill::ops
