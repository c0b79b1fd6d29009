#pragma once

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <rill/client/event_source.hpp>
#include <rill/client/http.hpp>
#include <rill/core/awaitable.hpp>
#include <string>
#include <thread>
#include <vector>

#include "robustness/chat/message_ledger.hpp"
#include "robustness/resume/coroutine_group.hpp"

namespace chat_run {

struct crowd_options
{
    /// The ports of the processes of the sample "chat", or the port of a proxy. Each attempt of a client to connect
    /// uses the next one.
    std::vector<int> ports{};
    std::size_t clients = 50;
    std::size_t posters = 4;
    /// The pause of a poster between two messages.
    std::chrono::milliseconds pause{20};
    /// Maximum time for the first message, and at the end for the last message.
    std::chrono::milliseconds patience{60'000};
};

struct crowd_result
{
    ledger_result messages{};
    std::uint64_t connects = 0;     ///< attempts of the clients
    std::uint64_t failed_posts = 0; ///< requests of the posters that were sent again
    std::string end{};              ///< why a client has ended for good, if one has

    bool is_correct() const noexcept { return messages.is_correct() && end.empty(); }
};

/// Clients and posters of one chat room, in a thread of their own. Each poster sends a message with a key until it is
/// acknowledged, then the next one. All clients must receive the same messages in the same order.
class chat_crowd
{
public:
    explicit chat_crowd(crowd_options options);
    chat_crowd(const chat_crowd&) = delete;
    chat_crowd& operator=(const chat_crowd&) = delete;
    ~chat_crowd();

    /// Waits until all clients have the first message. Then the posters begin. Returns false if this takes too long.
    bool is_ready();
    /// The number of acknowledged messages.
    std::size_t acknowledged() const noexcept { return acknowledged_count_; }
    /// Ends the posters, waits for the last message of all clients, and ends the clients.
    crowd_result finish();

private:
    rill::awaitable<> follow(std::size_t number);
    rill::awaitable<> post_all(std::size_t poster);
    rill::awaitable<> conduct();
    rill::awaitable<bool> wait_until(const std::atomic<std::size_t>& count, std::size_t wanted);
    rill::awaitable<> send(std::string text, std::string key);
    void take(std::size_t number, const rill::client::event& e);
    std::string url(std::size_t turn, const std::string& what) const;

    crowd_options options_;
    boost::asio::io_context context_{1};
    resume::coroutine_group coroutines_{context_};
    rill::client::http http_;
    message_ledger ledger_;
    std::vector<bool> has_first_; ///< the clients that have the first message
    crowd_result counts_;
    std::vector<boost::asio::cancellation_signal> cancels_;
    std::size_t turn_ = 0; ///< of the posters
    std::atomic<std::size_t> ready_{0};
    std::atomic<std::size_t> acknowledged_count_{0};
    std::atomic<std::size_t> ended_posters_{0};
    std::atomic<std::size_t> complete_{0};
    std::atomic<bool> is_started_{false};
    std::atomic<bool> is_ending_{false};
    std::size_t expected_ = SIZE_MAX; ///< the number of messages that a complete client has
    std::thread thread_;              ///< the last member, because the thread uses the others
};

} // namespace chat_run
