#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rill_soak {

/// What one client has seen, over all its connections: each event once and in order; all of a server's, if it has
/// followed the one before; and of another server nothing without a `gap` first.
class reader
{
public:
    /// Of a new connection, which begins with a response's head.
    void begin() noexcept
    {
        for (auto* begun : {&line_, &name_, &data_, &id_}) { // of an event that the last one has cut off
            begun->clear();
        }
        has_head_ = false;
    }

    /// What is wrong with what has come, if anything.
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

    std::string line_; ///< its beginning
    std::string name_, data_, id_;
    std::string last_id_;
    unsigned life_ = 0; ///< 0: nothing seen yet
    std::uint64_t number_ = 0;
    std::uint64_t events_ = 0;
    std::uint64_t gaps_ = 0;
    bool has_head_ = false;
    bool gap_ = false; ///< told, and no event seen since
};

} // namespace rill_soak
