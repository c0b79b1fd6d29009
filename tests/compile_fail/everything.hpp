#pragma once

// What the files here include: compiled in advance by run.sh.
#include <boost/describe.hpp>
#include <rill/http/form.hpp>
#include <rill/http/json.hpp>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
