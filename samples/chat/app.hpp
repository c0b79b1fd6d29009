#pragma once

#include <rill/rill.hpp>
#include <string>

namespace chat {

struct options
{
    std::string token{};     ///< bearer token for POST /topics/rooms/{room}; if empty, the route does not exist
    std::string directory{}; ///< directory of the page; default: the directory in the source tree
};

/// Chat rooms. POST /rooms/{room}/messages with {"name": "...", "text": "..."} sends a message. GET
/// /rooms/{room}/events streams the messages and the names of the people in the room. GET /rooms lists the rooms.
rill::router app(const options& options = {});

} // namespace chat
