#include "server/serving/listening_workers.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "server/operations/worker_group.hpp"
#include "server/process/inherited_sockets.hpp"
#include "server/process/system_failure.hpp"

namespace rill {

namespace {

// Closes its descriptors, except for those that were moved to a listener.
struct owned_sockets
{
    explicit owned_sockets(std::vector<int> sockets) : all(std::move(sockets)) {}
    owned_sockets(const owned_sockets&) = delete;
    owned_sockets& operator=(const owned_sockets&) = delete;
    ~owned_sockets()
    {
        for (const int socket : all) {
            if (socket >= 0) {
                ::close(socket);
            }
        }
    }

    std::vector<int> all; // -1 if it was moved
};

tl::expected<listening_workers, failure> listen_on_port(const server_options& options, const worker_maker& make)
{
    listening_workers made{.workers = {}, .address = {options.host, options.port}};
    auto& port = made.address.port;
    const auto threads = std::max(1U, options.threads);
    const bool shared = options.reuse_port || threads > 1;
    if (shared && !options.reuse_port && port != 0) {
        // With SO_REUSEPORT, the kernel would share the port with another server of the same user. A socket without
        // this option detects that the port is in use.
        const auto probe = open_listening_socket(options, port, false);
        if (!probe) {
            return tl::unexpected(probe.error());
        }
        ::close(*probe);
    }
    for (unsigned i = 0; i < threads; ++i) {
        made.workers.push_back(make());
        const auto socket = open_listening_socket(options, port, shared);
        if (!socket) {
            return tl::unexpected(socket.error());
        }
        made.workers.back()->listen(*socket);
        const auto bound = local_address(*socket);
        if (!bound) {
            return tl::unexpected(bound.error());
        }
        port = bound->port;
    }
    return made;
}

// Assigns at least one socket to each worker. Each socket is assigned to at least one worker.
tl::expected<listening_workers, failure> distribute(owned_sockets& sockets, unsigned threads, const worker_maker& make)
{
    auto& all = sockets.all;
    if (auto checked = check_listening(all); !checked) {
        return tl::unexpected(std::move(checked.error()));
    }
    for (const int socket : all) {
        static_cast<void>(::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK)); // accept must not block
    }
    auto bound = local_address(all.front());
    if (!bound) {
        return tl::unexpected(std::move(bound.error()));
    }
    listening_workers made{.workers = {}, .address = std::move(*bound)};
    for (unsigned i = 0; i < threads; ++i) {
        made.workers.push_back(make());
    }
    const auto count = all.size();
    for (std::size_t i = count; i < threads; ++i) {
        const int duplicate = ::fcntl(all[i % count], F_DUPFD_CLOEXEC, 0);
        if (duplicate < 0) {
            const int number = errno;
            return tl::unexpected(system_failure(number, "duplicate a listening socket"));
        }
        all.push_back(duplicate);
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        made.workers[i % threads]->listen(std::exchange(all[i], -1));
    }
    return made;
}

void announce(const worker_list& workers)
{
    auto all = std::make_shared<worker_group::members>();
    for (const auto& w : workers) {
        all->push_back(w->as_member());
    }
    for (const auto& w : workers) {
        worker_group::of(w->io()).workers = all;
    }
}

tl::expected<listening_workers, failure> make_workers(server_options& options, const worker_maker& make)
{
    if (options.sockets.empty()) {
        return listen_on_port(options, make);
    }
    owned_sockets sockets(std::exchange(options.sockets, {}));
    return distribute(sockets, std::max(1U, options.threads), make);
}

} // namespace

tl::expected<listening_workers, failure> make_listening_workers(server_options& options, const worker_maker& make)
{
    try {
        auto made = make_workers(options, make);
        if (made) {
            announce(made->workers);
        }
        return made;
    } catch (...) { // descriptors or memory for a worker are missing
        return tl::unexpected(failure_from(std::current_exception(), "set up a worker"));
    }
}

void announce_running(worker_group::members running)
{
    const auto all = std::make_shared<const worker_group::members>(std::move(running));
    for (const auto& member : *all) {
        // The result is false if the worker has ended. Then it needs no list.
        static_cast<void>(member.mail.post([all, &io = member.context->io] { worker_group::of(io).workers = all; }));
    }
}

} // namespace rill
