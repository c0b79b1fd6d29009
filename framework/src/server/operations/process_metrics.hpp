#pragma once

#include <rill/http/metrics_writer.hpp>

namespace rill {

/// Writes memory, descriptors and CPU time of this process, with the names of the Prometheus client libraries. Also
/// writes the size of the C library's heap.
void write_process_metrics(metrics_writer& out);

} // namespace rill
