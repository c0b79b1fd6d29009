// Tests spawn() with rill's own entry coroutine, if rill knows the internals of this version of Asio.
#define SPAWN_SUITE spawned_coroutine_test
#include "core/spawn_cases.hpp"
