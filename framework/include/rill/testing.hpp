#pragma once

// The test kit: see docs/how-to/testing.md. It needs the target rill::testing.

#include <rill/testing/connection.hpp>
#include <rill/testing/departure.hpp>
#include <rill/testing/event_source.hpp>
#include <rill/testing/fault.hpp>
#include <rill/testing/log_line.hpp>
#include <rill/testing/no_answer.hpp>
#include <rill/testing/options.hpp>
#include <rill/testing/response.hpp>
#include <rill/testing/server.hpp>
#include <rill/testing/stream.hpp>
