#pragma once

#include <rill/pubsub/backplane.hpp>

#include "sqlite/log_file.hpp"

namespace rill::sqlite::detail {

/// Reads a page of the past in one read transaction. Bounded: a filter with patterns checks a limited number of events
/// and then returns what it has found. Throws boost::system::system_error.
///
/// Errors: error::unknown_event_id; error::log_unavailable if the file has another epoch than the readers.
result<pubsub::backplane::page> read_page(log_file& log, const pubsub::backplane::read_request& request,
                                          std::uint64_t epoch);

} // namespace rill::sqlite::detail
