#include "server/listening_workers.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "server/failures.hpp"
#include "server/monitor.hpp"

namespace rill {

namespace {

// Descriptors that are closed unless they were given away.
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

    std::vector<int> all; // -1: given away
};

tl::expected<listening_workers, failure> listen_on_port(const server_options& options, const worker_maker& make)
{
    listening_workers made{.workers = {}, .address = {options.host, options.port}};
    auto& port = made.address.port;
    const auto threads = std::max(1U, options.threads);
    const bool shared = options.reuse_port || threads > 1;
    if (shared && !options.reuse_port && port != 0) {
        // With SO_REUSEPORT the kernel would let us in beside another server of the same user: ask without it first.
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

// Each worker has at least one of the sockets, and each socket at least one worker.
tl::expected<listening_workers, failure> take_over(owned_sockets& sockets, unsigned threads, const worker_maker& make)
{
    auto& all = sockets.all;
    if (auto good = check_listening(all); !good) {
        return tl::unexpected(std::move(good.error()));
    }
    for (const int socket : all) {
        static_cast<void>(::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK)); // accept must not wait
    }
    auto bound = local_address(all.front());
    if (!bound) {
        return tl::unexpected(std::move(bound.error()));
    }
    listening_workers made{.workers = {}, .address = std::move(*bound)};
    for (unsigned i = 0; i < threads; ++i) {
        made.workers.push_back(make());
    }
    const auto given = all.size();
    for (std::size_t i = given; i < threads; ++i) {
        const int shared = ::fcntl(all[i % given], F_DUPFD_CLOEXEC, 0);
        if (shared < 0) {
            const int number = errno;
            return tl::unexpected(call_failure(number, "share a listening socket between workers"));
        }
        all.push_back(shared);
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        made.workers[i % threads]->listen(std::exchange(all[i], -1));
    }
    return made;
}

void introduce(const worker_list& workers)
{
    auto group = std::make_shared<monitor::group>();
    for (const auto& w : workers) {
        group->push_back(w->as_member());
    }
    for (const auto& w : workers) {
        monitor::of(w->io()).workers = group;
    }
}

tl::expected<listening_workers, failure> make_workers(server_options& options, const worker_maker& make)
{
    if (options.sockets.empty()) {
        return listen_on_port(options, make);
    }
    owned_sockets sockets(std::exchange(options.sockets, {}));
    return take_over(sockets, std::max(1U, options.threads), make);
}

} // namespace

tl::expected<listening_workers, failure> make_listening_workers(server_options& options, const worker_maker& make)
{
    try {
        auto made = make_workers(options, make);
        if (made) {
            introduce(made->workers);
        }
        return made;
    } catch (...) { // of a worker that cannot have its descriptors or memory
        return tl::unexpected(failure_of(std::current_exception(), "set up a worker"));
    }
}

void introduce_again(monitor::group running)
{
    const auto group = std::make_shared<const monitor::group>(std::move(running));
    for (const auto& member : *group) {
        // False for a context that is gone: nobody asks there.
        static_cast<void>(member.mail.post([group, &io = member.context->io] { monitor::of(io).workers = group; }));
    }
}

} // namespace rill
