#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rill_soak {

/// Checks the events of one client over all its connections. The client must get each event once and in order. After a
/// restart of the server, it must get a `gap` first, and then all events of the new server.
class reader
{
public:
    /// Prepares for a new connection, which begins with the head of a response.
    void begin() noexcept
    {
        // Discards the incomplete event of the previous connection.
        for (auto* begun : {&line_, &name_, &data_, &id_}) {
            begun->clear();
        }
        has_head_ = false;
    }

    /// Reads the received bytes. Returns an error text if an event is wrong.
    std::optional<std::string> read(std::string_view bytes);

    const std::string& last_id() const noexcept { return last_id_; }
    unsigned life() const noexcept { return life_; }
    std::uint64_t number() const noexcept { return number_; }
    std::uint64_t events() const noexcept { return events_; }
    std::uint64_t gaps() const noexcept { return gaps_; }

private:
    std::optional<std::string> on_line(std::string_view line);
    std::optional<std::string> on_event();
    std::optional<std::string> on_number(unsigned life, std::uint64_t number);

    std::string line_; ///< incomplete line
    std::string name_, data_, id_;
    std::string last_id_;
    unsigned life_ = 0; ///< 0: no event received
    std::uint64_t number_ = 0;
    std::uint64_t events_ = 0;
    std::uint64_t gaps_ = 0;
    bool has_head_ = false;
    bool gap_ = false; ///< true after a gap, until the next event
};

} // namespace rill_soak
