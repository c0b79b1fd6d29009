#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <rill/client/http.hpp>
#include <rill/core/awaitable.hpp>
#include <string>
#include <vector>

#include "history/checker.hpp"
#include "history/fault_plan.hpp"

namespace history {

struct publisher_options
{
    std::size_t publishers = 4;
    std::size_t lanes = 4; ///< the events that one publisher sends at a time
    std::uint64_t seed = 1;
    std::vector<std::uint16_t> ports{}; ///< of the rill processes
    std::vector<std::string> topics{};
    milliseconds longest_pause{60}; ///< between two events of a lane
};

/// Clients that publish events with an idempotency key. After "not appended" (503) and after an unknown outcome (504,
/// or a broken connection), most events are sent again with the same key, to any process. The others keep this outcome.
///
/// Belongs to the thread that runs the context.
class publishers
{
public:
    publishers(boost::asio::io_context& context, publisher_options options);
    publishers(const publishers&) = delete;
    publishers& operator=(const publishers&) = delete;

    void start();
    /// No lane begins another event. Events without an outcome are still sent again for a few seconds.
    void finish() { is_finishing_ = true; }
    /// The number of lanes that have not ended.
    std::size_t running() const noexcept { return running_; }

    /// Publishes one event to each of the topics, until each is acknowledged or the time is over. Calls `done` with the
    /// payload of each topic, and nothing if the time is over.
    /// @param ports  the rill processes that get the events
    using published = std::function<void(std::optional<std::map<std::string, std::string>>)>;
    void publish_to_each(std::string mark, std::vector<std::uint16_t> ports, milliseconds time, published done);

    /// The id of the first acknowledged event. 0: none.
    log_number first_id() const;
    const std::vector<std::string>& errors() const noexcept { return errors_; }
    std::size_t attempts() const noexcept { return attempts_; }
    std::vector<append_record> take_records() { return std::move(records_); }

private:
    struct attempt
    {
        outcome result = outcome::unknown;
        log_number id = 0;
    };

    rill::awaitable<> run_lane(std::string name, std::uint64_t seed);
    rill::awaitable<> publish_all(std::string mark, std::vector<std::uint16_t> ports, milliseconds time,
                                  published done);
    /// Sends the event until it has a final outcome.
    rill::awaitable<append_record> publish(append_record event, const std::vector<std::uint16_t>& ports,
                                           random_source& random, std::size_t max_attempts);
    rill::awaitable<attempt> send(const append_record& event, std::uint16_t port);
    attempt judge(const append_record& event, unsigned status, const std::string& body);

    boost::asio::io_context& context_;
    publisher_options options_;
    rill::client::http client_;
    std::vector<append_record> records_;
    std::vector<std::string> errors_;
    std::size_t running_ = 0;
    std::size_t attempts_ = 0;
    bool is_finishing_ = false;
};

} // namespace history
