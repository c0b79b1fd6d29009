#include "robustness/chat/message_ledger.hpp"

#include <algorithm>

namespace chat_run {

bool ledger_result::is_correct() const noexcept
{
    return acknowledged > 0 && found.keep(resume::guarantee::all) && lost == 0 && not_acknowledged == 0 &&
           repeated == 0 && disordered == 0 && notices == 0 && incomplete == 0;
}

void message_ledger::acknowledge(std::size_t sender, const std::string& text)
{
    acknowledged_[sender].push_back(texts_.token_of(text));
}

std::size_t message_ledger::receive(std::size_t client, const std::string& text)
{
    auto& received = received_[client];
    received.push_back(texts_.token_of(text));
    return received.size();
}

std::size_t message_ledger::clients_with(std::size_t messages) const
{
    return static_cast<std::size_t>(std::count_if(
        received_.begin(), received_.end(), [messages](const auto& received) { return received.size() >= messages; }));
}

ledger_result message_ledger::compare() const
{
    ledger_result result{.notices = notices_};
    resume::published_events published;
    for (std::size_t t = 0; t < texts_.tokens(); ++t) { // all tokens are the same in both
        static_cast<void>(published.token_of(std::to_string(t)));
    }
    for (const auto t : received_.front()) {
        published.publish(std::to_string(t));
    }
    compare_first_client(published, result);
    for (const auto& received : received_) {
        resume::stream_record record;
        for (const auto t : received) {
            record.add(t);
        }
        result.found += record.compare(published, resume::guarantee::all, 0, published.size());
        result.disordered += count_disordered(received);
        result.incomplete += received.size() < result.acknowledged ? 1 : 0;
    }
    return result;
}

void message_ledger::compare_first_client(const resume::published_events& published, ledger_result& result) const
{
    std::vector<bool> is_acknowledged(texts_.tokens());
    for (const auto& of_sender : acknowledged_) {
        for (const auto t : of_sender) {
            is_acknowledged[t] = true;
            ++result.acknowledged;
            result.lost += published.position_of(t) == resume::published_events::unknown ? 1 : 0;
        }
    }
    result.repeated = published.repeated();
    for (const auto t : received_.front()) {
        result.not_acknowledged += is_acknowledged[t] ? 0 : 1;
    }
}

std::uint64_t message_ledger::count_disordered(const std::vector<token>& received) const
{
    std::vector<std::size_t> places(texts_.tokens(), SIZE_MAX);
    for (std::size_t i = 0; i < received.size(); ++i) {
        places[received[i]] = std::min(places[received[i]], i);
    }
    std::uint64_t count = 0;
    for (const auto& of_sender : acknowledged_) {
        for (std::size_t n = 1; n < of_sender.size(); ++n) {
            const auto before = places[of_sender[n - 1]];
            count += before != SIZE_MAX && places[of_sender[n]] < before ? 1 : 0;
        }
    }
    return count;
}

} // namespace chat_run
