#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "robustness/resume/event_ledger.hpp"

namespace chat_run {

/// How the messages that clients have received differ from those that were sent.
struct ledger_result
{
    resume::findings found{};           ///< of all clients, compared with the first one
    std::uint64_t acknowledged = 0;     ///< messages
    std::uint64_t lost = 0;             ///< acknowledged messages that the first client has not received
    std::uint64_t not_acknowledged = 0; ///< messages that the first client has received, but that were not acknowledged
    std::uint64_t repeated = 0;         ///< messages that the first client has received again
    std::uint64_t disordered = 0;       ///< messages that arrived before an earlier message of the same sender
    std::uint64_t notices = 0;          ///< gap and dropped notices
    std::size_t incomplete = 0;         ///< clients with fewer messages than were acknowledged

    /// Whether each client has received each acknowledged message once, all clients in the same order, without notices.
    bool is_correct() const noexcept;
};

/// The messages of one chat room, as they were sent and received. Each message has its own text. Not thread-safe.
class message_ledger
{
public:
    message_ledger(std::size_t clients, std::size_t senders) : received_(clients), acknowledged_(senders) {}

    /// Notes a message of a sender, in the order of the sender.
    void acknowledge(std::size_t sender, const std::string& text);
    /// Notes a message that a client has received. Returns the number of messages of this client.
    std::size_t receive(std::size_t client, const std::string& text);
    void note_notice() noexcept { ++notices_; }

    /// The number of clients that have received at least this number of messages.
    std::size_t clients_with(std::size_t messages) const;

    ledger_result compare() const;

private:
    using token = resume::published_events::token;

    void compare_first_client(const resume::published_events& published, ledger_result& result) const;
    std::uint64_t count_disordered(const std::vector<token>& received) const;

    std::vector<std::vector<token>> received_;     ///< by client
    std::vector<std::vector<token>> acknowledged_; ///< by sender
    resume::published_events texts_;               ///< the tokens of the texts
    std::uint64_t notices_ = 0;
};

} // namespace chat_run
