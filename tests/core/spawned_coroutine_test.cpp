// rill's own entry coroutine, where this version of Asio is known.
#define SPAWN_SUITE spawned_coroutine_test
#include "core/spawn_cases.hpp"
