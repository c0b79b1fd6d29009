#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "soak/dice.hpp"
#include "soak/reader.hpp"

namespace rill_soak {

/// The clients of the streams. Each client reconnects after the end of its connection.
class crowd
{
public:
    struct tally
    {
        std::size_t left = 0, resets = 0, freezes = 0, ended = 0;
    };

    crowd(std::size_t size, std::uint16_t port, dice& chance);
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;
    ~crowd();

    /// Connects the clients whose pause is over. Thaws the frozen clients whose time is over.
    void begin_due();
    /// Per second, about one of 50 clients disconnects, one of 50 resets its connection, and one of 50 freezes.
    void make_trouble();
    /// Waits up to 10 ms for events and handles them. Ends the program if a client has received wrong data.
    void handle_events();
    /// Disconnects all clients. They do not reconnect.
    void end();

    /// Returns true if this event of this server is the last event of each client.
    bool have_seen(unsigned life, std::uint64_t number) const;
    std::uint64_t events() const;
    std::uint64_t gaps() const;
    const tally& counted() const noexcept { return tally_; }

private:
    using steady = std::chrono::steady_clock;

    struct client
    {
        reader seen;
        int socket = -1;
        bool asked = false;
        bool frozen = false;
        steady::time_point next{}; ///< time of the reconnect, or of the thaw
    };

    void open(client& c);
    void watch(client& c, std::uint32_t events);
    void thaw(client& c);
    void close(client& c, bool by_reset);
    void ask(client& c);
    void receive(client& c);

    std::uint16_t port_;
    dice& dice_;
    std::vector<client> clients_;
    int epoll_;
    tally tally_;
};

} // namespace rill_soak
