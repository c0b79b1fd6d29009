#pragma once

// The HTTP client and the event source. Apart from rill/rill.hpp, because not every program is a client.

#include <rill/client/error.hpp>
#include <rill/client/event_source.hpp>
#include <rill/client/http.hpp>
#include <rill/client/url.hpp>
