#pragma once

#include <functional>
#include <memory>
#include <rill/core/failure.hpp>
#include <rill/server/options.hpp>
#include <vector>

#include "server/listener.hpp"
#include "server/worker.hpp"

namespace rill {

using worker_list = std::vector<std::unique_ptr<worker>>;
using worker_maker = std::function<std::unique_ptr<worker>()>;

struct listening_workers
{
    worker_list workers;
    bound_address address; ///< of the first socket
};

/// Makes server_options::threads workers that know of each other, each with a listening socket: on host and port, or
/// the sockets that there are already, which are taken out of the options and closed on failure.
tl::expected<listening_workers, failure> make_listening_workers(server_options& options, const worker_maker& make);

/// Tells these, which run already, that they are all there are: a worker without a thread would answer nobody.
void introduce_again(monitor::group running);

} // namespace rill
