// Tests spawn() with Asio's public co_spawn. rill uses it instead of its own entry coroutine if it does not know the
// internals of the version of Asio.
#if !defined(RILL_PUBLIC_CO_SPAWN)
#define RILL_PUBLIC_CO_SPAWN
#endif
#define SPAWN_SUITE spawn_public_test
#include "core/spawn_cases.hpp"
