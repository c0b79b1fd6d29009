#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <rill/nats/options.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "nats/handles.hpp"
#include "nats/subscription.hpp"

namespace rill::nats {

/// Why a request failed.
struct request_error
{
    natsStatus status = NATS_OK; ///< the error of the client library; NATS_ERR for an error of the server
    int code = 0;                ///< the error of the server (err_code), or 0
    std::string text;            ///< for operators
};
template <class T>
using request_result = tl::expected<T, request_error>;

/// Returns the name of a unique subject for replies.
std::string make_inbox();

/// One connection to a server, from its start to its end. It does not reconnect by itself. Therefore the code that
/// starts a session always checks the stream before it continues. Thread-safe.
class session
{
public:
    /// Receives the replies to published messages. A thread of nats.c calls it.
    using reply_handler = std::function<void(natsMsg& reply)>;

    /// Connects. Blocks for at most connect_timeout for each server.
    /// @param replies  the prefix of the subjects of replies
    /// @return the session, or a message for the operator
    static tl::expected<std::shared_ptr<session>, std::string> dial(const backplane_options& options,
                                                                    const std::vector<std::string>& servers,
                                                                    const std::string& replies, reply_handler on_reply);
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    /// Closes the connection. on_reply may still run in another thread for a moment, but it does not start again.
    ~session();

    /// Sends a request with a JSON text, and waits for the response for at most request_timeout.
    request_result<boost::json::object> request(const std::string& subject, const std::string& body);
    /// The same for a message.
    request_result<boost::json::object> request(natsMsg& message);
    /// Reads one message of a stream.
    request_result<message_handle> message(const std::string& stream, std::uint64_t sequence);
    /// Reads the newest message of a subject.
    request_result<message_handle> last_message(const std::string& stream, const std::string& subject);

    natsStatus publish(natsMsg& message) { return natsConnection_PublishMsg(connection_.get(), &message); }
    void publish(const std::string& subject, const std::string& body = {}, const std::string& reply = {});
    /// Returns nullptr if it fails. The handle may be destroyed while messages arrive.
    subscription_handle subscribe(const std::string& subject);

    /// Ends the connection. Calls that wait for the server end with an error.
    void close() noexcept { natsConnection_Close(connection_.get()); }
    bool is_closed() const noexcept { return natsConnection_IsClosed(connection_.get()); }
    /// Waits until the connection has ended. Returns false if it has not ended in this time.
    bool wait_until_closed(std::chrono::milliseconds time);

    std::string server_url();
    /// The id of the server process. A server has a new id after each start.
    std::string server_id();
    /// All servers of the cluster that the client knows.
    std::vector<std::string> servers();

private:
    class reply_sink;

    explicit session(connection_handle connection, std::int64_t timeout)
        : connection_(std::move(connection)), timeout_(timeout)
    {}

    template <class Read>
    request_result<message_handle> read_stored(const Read& read);

    template <class Send>
    request_result<boost::json::object> send_request(const Send& send);

    connection_handle connection_;
    std::int64_t timeout_;
    std::shared_ptr<ended_subscriptions> ended_ = std::make_shared<ended_subscriptions>();
    std::shared_ptr<reply_sink> sink_;
    subscription_handle replies_;
    subscription_handle end_; ///< receives nothing, and wakes its reader when the connection closes
};

} // namespace rill::nats
