#pragma once

#include <rill/http/metrics_writer.hpp>

namespace rill {

/// Memory, descriptors and CPU time of this process, under the names that Prometheus' own clients use, and the heap as
/// the C library sees it.
void write_process_figures(metrics_writer& out);

} // namespace rill
