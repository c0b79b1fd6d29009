#pragma once

#include <rill/rill.hpp>
#include <string>

namespace chat {

struct options
{
    std::string token{};     ///< for POST /topics/rooms/{room}; without one there is no such route
    std::string directory{}; ///< where the page is; the source tree's by default
};

/// Rooms to talk in: POST /rooms/{room}/messages with {"name": "...", "text": "..."}, and GET /rooms/{room}/events is
/// the stream of what is said and of who is here. GET /rooms lists them.
rill::router app(const options& options = {});

} // namespace chat
