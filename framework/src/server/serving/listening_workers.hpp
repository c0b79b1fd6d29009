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

/// Creates server_options::threads workers, each with a listening socket. Each worker gets the list of all workers. The
/// sockets listen on host and port, or they are the sockets of server_options::sockets. In the second case, they are
/// moved out of the options, and they are closed on failure.
tl::expected<listening_workers, failure> make_listening_workers(server_options& options, const worker_maker& make);

/// Replaces the list of all workers while the workers run. `running` must not contain a worker whose thread could not
/// be started, because this worker would answer no query.
void announce_running(worker_group::members running);

} // namespace rill
