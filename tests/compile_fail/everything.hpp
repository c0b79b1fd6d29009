#pragma once

// All files in this directory include this header. run.sh precompiles it.
#include <boost/describe.hpp>
#include <rill/http/form.hpp>
#include <rill/http/json.hpp>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
