#pragma once

// What the files here include: compiled in advance by run.sh.
#include <rill/http/json.hpp>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
