#include "history/nodes.hpp"

#include <algorithm>
#include <thread>

#include "support/test_ports.hpp"

namespace history {

nodes::nodes(const std::string& program, std::size_t count, const std::function<std::string(std::size_t node)>& store,
             const std::string& directory)
{
    for (std::size_t i = 0; i < count; ++i) {
        ports_.push_back(rill_test::free_port());
        processes_.push_back(std::make_unique<child_process>(
            std::vector<std::string>{program, "--port", std::to_string(ports_.back()), "--store", store(i)},
            directory + "/rill" + std::to_string(i) + ".log"));
        processes_.back()->start();
        is_down_.push_back(false);
    }
}

void nodes::kill(std::size_t node)
{
    processes_[node]->kill();
    is_down_[node] = true;
}

void nodes::start(std::size_t node)
{
    processes_[node]->start();
    is_down_[node] = false;
}

void nodes::supervise()
{
    for (std::size_t i = 0; i < size(); ++i) {
        if (!is_down_[i] && processes_[i]->has_ended()) {
            ++restarts_;
            processes_[i]->start();
        }
    }
}

bool nodes::wait_until_listening(std::chrono::milliseconds time)
{
    const auto deadline = std::chrono::steady_clock::now() + time;
    while (!std::ranges::all_of(ports_, rill_test::is_listening)) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        supervise();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return true;
}

} // namespace history
