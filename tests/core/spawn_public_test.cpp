// Asio's public co_spawn, which takes the place of rill's own entry coroutine in versions of Asio that nobody has
// looked at.
#if !defined(RILL_PUBLIC_CO_SPAWN)
#define RILL_PUBLIC_CO_SPAWN
#endif
#define SPAWN_SUITE spawn_public_test
#include "core/spawn_cases.hpp"
