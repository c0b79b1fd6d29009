#include "testing/memory_network.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "core/exception_collector.hpp"

namespace rill::testing::detail {

memory_network::memory_network(const network_options& options, const fault& faults)
    : options_(options), faults_(faults.plan())
{}

memory_network::~memory_network() = default;

void memory_network::use(boost::asio::io_context& io)
{
    io_ = &io;
    timers_ = &timer_service::of(io);
}

void memory_network::report_later(network_member& changed)
{
    if (io_ == nullptr || std::exchange(changed.to_be_reported, true)) {
        return;
    }
    changed_.push_back(changed.shared_from_this());
    if (changed_.size() == 1) {
        boost::asio::post(*io_, [this] { report_all(); });
    }
}

// Without a schedule, the order of the reports is the order of the changes.
void memory_network::report_all()
{
    auto now = std::exchange(changed_, {});
    if (faults_->kind == fault_plan::type::schedule) {
        std::shuffle(now.begin(), now.end(), faults_->random);
    }
    rill::detail::exception_collector failure; // of a user's completion handler
    for (const auto& socket : now) {
        socket->to_be_reported = false;
        failure.run([&socket] { socket->report(); });
    }
    failure.rethrow();
}

void memory_network::begin_moment()
{
    ++moment_;
    for (const auto& read : std::exchange(full_, {})) {
        read();
    }
}

} // namespace rill::testing::detail
