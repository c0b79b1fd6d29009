#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "soak/dice.hpp"

namespace rill_soak {

/// Connections that send garbage, or heads byte by byte.
class troublemakers
{
public:
    troublemakers(std::uint16_t port, dice& chance) : port_(port), dice_(chance) {}

    /// Opens one more connection, up to a maximum.
    void begin();
    /// Continues the connections, and closes those whose time is over.
    void tend();

    bool empty() const noexcept { return all_.empty(); }
    std::size_t garbage() const noexcept { return garbage_; }
    std::size_t slow_heads() const noexcept { return slow_heads_; }

private:
    struct one
    {
        int socket = -1;
        bool drips = false;
        std::chrono::steady_clock::time_point end{};
        std::size_t dripped = 0;
    };

    void go_on(one& t);

    std::uint16_t port_;
    dice& dice_;
    std::vector<one> all_;
    std::size_t garbage_ = 0, slow_heads_ = 0;
};

} // namespace rill_soak
