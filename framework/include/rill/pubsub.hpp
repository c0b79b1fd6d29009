#pragma once

// Broadcast: channels and hubs. Apart from rill/rill.hpp, as not every program has a use for it.

#include <rill/pubsub/channel.hpp>
#include <rill/pubsub/endpoint.hpp>
#include <rill/pubsub/hub.hpp>
#include <rill/pubsub/memory_backplane.hpp>
#include <rill/pubsub/publish_handler.hpp>
