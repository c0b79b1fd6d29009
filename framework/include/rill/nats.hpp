#pragma once

#include <rill/nats/backplane.hpp>
#include <rill/nats/options.hpp>
#include <rill/nats/url.hpp>
