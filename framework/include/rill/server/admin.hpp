#pragma once

#include <rill/http/handler.hpp>

namespace rill::ops {

/// Whether the process lives: 200 whenever the event loop comes round to answer.
handler healthz();

/// Whether the server wants more work: 200, or 503 from the moment it is told to stop. With
/// server_options::readiness_delay it goes on accepting meanwhile, so that a load balancer sees the answer.
handler readyz();

/// Who is connected: a JSON object with an entry for each stream,
///
///     {"count":2,"streams":[{"id":7,"route":"/ticks","address":"127.0.0.1","since":"2026-01-31T23:59:59Z",
///      "age_ms":1500,"last_write_ms":20,"unsent_bytes":0}, ...]}
///
/// `last_write_ms` is the time since the kernel last took something. At most `limit` entries, 1000 unless the query
/// says otherwise (?limit=5000); `count` is of all. There is no such route unless the application adds one: it names
/// clients, so it belongs where only the operator can reach it.
handler streams();

} // namespace rill::ops
