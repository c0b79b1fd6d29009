#pragma once

// Includes the headers that most servers need. Other parts, such as rill/pubsub.hpp and rill/http/json.hpp, have their
// own headers. docs/index.md lists them. A file may also include single headers.

#include <rill/core/as_expected.hpp>
#include <rill/core/awaitable.hpp>
#include <rill/core/interval.hpp>
#include <rill/core/offload.hpp>
#include <rill/core/shutdown_signal.hpp>
#include <rill/core/task_group.hpp>
#include <rill/http/accept.hpp>
#include <rill/http/attribute.hpp>
#include <rill/http/body_reader.hpp>
#include <rill/http/credentials.hpp>
#include <rill/http/extract.hpp>
#include <rill/http/forwarded.hpp>
#include <rill/http/make_handler.hpp>
#include <rill/http/problem.hpp>
#include <rill/http/request.hpp>
#include <rill/http/response.hpp>
#include <rill/http/set_cookie.hpp>
#include <rill/http/stream_info.hpp>
#include <rill/routing/middleware.hpp>
#include <rill/routing/router.hpp>
#include <rill/routing/static_files.hpp>
#include <rill/server/admin.hpp>
#include <rill/server/background.hpp>
#include <rill/server/end_streams.hpp>
#include <rill/server/log.hpp>
#include <rill/server/metrics.hpp>
#include <rill/server/server.hpp>
#include <rill/server/supervisor.hpp>
#include <rill/sse/endpoint.hpp>
#include <rill/sse/event.hpp>
