#pragma once

#include <memory>
#include <rill/rill.hpp>
#include <string>

#include "chat/rooms.hpp"

namespace chat {

struct options
{
    std::string token{};     ///< bearer token for POST /topics/rooms/{room}; if empty, the route does not exist
    std::string directory{}; ///< directory of the page; default: the directory in the source tree
};

/// Chat rooms. POST /rooms/{room}/messages with {"name": "...", "text": "..."} sends a message. GET
/// /rooms/{room}/events streams the messages and the names of the people in the room. GET /rooms lists the rooms.
///
/// rooms::run() must be a background coroutine of the server. Otherwise the streams do not get changes of the names.
rill::router app(const std::shared_ptr<rooms>& all, const options& options = {});

} // namespace chat
