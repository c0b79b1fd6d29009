#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "soak/dice.hpp"
#include "soak/reader.hpp"

namespace rill_soak {

/// The clients of the streams, each of which comes back whenever its connection has ended.
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

    /// Connects those, and thaws those, whose time has come.
    void begin_due();
    /// In a second about one in 50 leaves, one in 50 is reset, and one in 50 freezes.
    void make_trouble();
    /// Waits for up to 10 ms. Ends the program if a client has seen what it must not.
    void handle_events();
    /// All leave, and stay away.
    void end();

    /// Whether each has seen this event of this server as the last one.
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
        steady::time_point next{}; ///< when it comes back, or thaws
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
