#pragma once

#include <rill/redis/backplane.hpp>
#include <rill/redis/error.hpp>
#include <rill/redis/options.hpp>
#include <rill/redis/url.hpp>
