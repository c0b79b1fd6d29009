#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <sys/types.h>

namespace rill_test {

/// Returns whether the process runs. A zombie does not count as running, because a container without an init process
/// may keep zombies forever.
inline bool is_running(pid_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::ostringstream text;
    text << file.rdbuf();
    const auto stat = text.str();
    const auto name_end = stat.rfind(')'); // proc(5): the state follows the name; the name may contain any character
    return name_end != stat.npos && name_end + 2 < stat.size() && stat[name_end + 2] != 'Z' &&
           stat[name_end + 2] != 'X';
}

} // namespace rill_test
