#pragma once

#include <functional>
#include <memory>
#include <rill/core/failure.hpp>
#include <rill/server/options.hpp>
#include <vector>

#include "server/serving/listening_socket.hpp"
#include "server/serving/worker.hpp"

namespace rill {

using worker_list = std::vector<std::unique_ptr<worker>>;
using worker_maker = std::function<std::unique_ptr<worker>()>;

struct listening_workers
{
    worker_list workers;
    bound_address address; ///< of the first socket
};

/// Makes server_options::threads workers, each with a listening socket, and gives each worker the list of all. The
/// sockets listen on host and port, or are those of server_options::sockets. The latter are moved out of the options,
/// and closed on failure.
tl::expected<listening_workers, failure> make_listening_workers(server_options& options, const worker_maker& make);

/// Replaces the list of all workers, while they run. A worker whose thread could not be started must not be in it, as
/// it would answer no query.
void announce_running(worker_group::members running);

} // namespace rill
