#pragma once

// Includes the headers for broadcast: channels and hubs. rill/rill.hpp does not include them, because not every program
// needs them.

#include <rill/pubsub/backplane.hpp>
#include <rill/pubsub/channel.hpp>
#include <rill/pubsub/endpoint.hpp>
#include <rill/pubsub/event_record.hpp>
#include <rill/pubsub/hub.hpp>
#include <rill/pubsub/memory_backplane.hpp>
#include <rill/pubsub/presence.hpp>
#include <rill/pubsub/publish_handler.hpp>
