#include "server/operations/server_log.hpp"

#include <string_view>

namespace rill {

log_sink complete_log(const server_options& options)
{
    if (options.observer.log) {
        return options.observer.log;
    }
    return [level = options.log_level, to = limit_repeats(log_to_stderr(options.log_format), options.max_log_repeats)](
               log_level l, std::string_view text) {
        if (l >= level) {
            to(l, text);
        }
    };
}

} // namespace rill
