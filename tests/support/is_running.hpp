#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <sys/types.h>

namespace rill_test {

/// Whether the process still runs. One that has ended and that nobody has waited for does not: who adopts orphans may
/// never do so, as in a container whose first process is no init.
inline bool is_running(pid_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::ostringstream text;
    text << file.rdbuf();
    const auto stat = text.str();
    const auto name_end = stat.rfind(')'); // proc(5): the state stands behind the name, which may hold anything
    return name_end != stat.npos && name_end + 2 < stat.size() && stat[name_end + 2] != 'Z' &&
           stat[name_end + 2] != 'X';
}

} // namespace rill_test
