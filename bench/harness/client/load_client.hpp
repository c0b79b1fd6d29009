#pragma once

#include <cstdint>

#include "harness/client/client_streams.hpp"
#include "harness/client/load_commands.hpp"
#include "harness/client/load_plan.hpp"

namespace bench {

/// One client process with its share of the streams. It receives commands and reports results through shared memory.
class load_client
{
public:
    /// @param number  index of this process, from 0
    load_client(const load_plan& plan, unsigned number, const load_control& control, load_client_block& results);

    /// Returns when control.stop becomes true.
    void run();

private:
    void poll_commands(std::int64_t now);
    void begin(const load_command& command);
    bool continue_command(std::int64_t now);
    void finish_command();
    void disconnect_due_streams(std::int64_t now);
    bool continue_reconnect(std::int64_t now);

    const load_control& control_;
    load_client_block& results_;
    client_streams streams_;
    load_command command_;
    std::uint32_t command_number_ = 0;
    std::uint32_t next_to_disconnect_ = 0;
    std::uint64_t disconnected_ = 0; ///< number of streams that the current command has disconnected
};

} // namespace bench
