#include "nats/session.hpp"

#include <array>
#include <boost/json/parse.hpp>
#include <map>
#include <mutex>
#include <rill/core/error.hpp>
#include <shared_mutex>
#include <utility>

namespace rill::nats {

// Gives nats.c a number instead of a pointer. Therefore a late call of nats.c finds no object, not a destroyed one.
class session::reply_sink : public std::enable_shared_from_this<reply_sink>
{
public:
    explicit reply_sink(reply_handler handler) : handler_(std::move(handler)) {}
    reply_sink(const reply_sink&) = delete;
    reply_sink& operator=(const reply_sink&) = delete;
    ~reply_sink()
    {
        const std::lock_guard lock(mutex());
        sinks().erase(number_);
    }

    void* closure()
    {
        const std::lock_guard lock(mutex());
        static std::uintptr_t last = 0;
        number_ = ++last;
        sinks()[number_] = weak_from_this();
        return reinterpret_cast<void*>(number_); // NOLINT(performance-no-int-to-ptr): it is never a pointer
    }

    static void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* closure)
    {
        const message_handle owner(message);
        std::shared_ptr<reply_sink> sink;
        {
            const std::shared_lock lock(mutex());
            const auto found = sinks().find(reinterpret_cast<std::uintptr_t>(closure));
            sink = found != sinks().end() ? found->second.lock() : nullptr;
        }
        if (sink != nullptr && message != nullptr) {
            sink->handler_(*message);
        }
    }

private:
    // Threads of nats.c may call on_message() while the process ends. Therefore these objects are never destroyed.
    static std::shared_mutex& mutex()
    {
        static auto& instance = *new std::shared_mutex;
        return instance;
    }
    static std::map<std::uintptr_t, std::weak_ptr<reply_sink>>& sinks()
    {
        static auto& instance = *new std::map<std::uintptr_t, std::weak_ptr<reply_sink>>;
        return instance;
    }

    reply_handler handler_;
    std::uintptr_t number_ = 0;
};

namespace {

// nats.c would print asynchronous errors to the standard error.
void ignore_error(natsConnection*, natsSubscription*, natsStatus, void*) {}

bool set_credentials(natsOptions* to, const backplane_options& options)
{
    if (!options.credentials_file.empty()) {
        return natsOptions_SetUserCredentialsFromFiles(to, options.credentials_file.c_str(), nullptr) == NATS_OK;
    }
    if (!options.token.empty()) {
        return natsOptions_SetToken(to, options.token.c_str()) == NATS_OK;
    }
    return options.username.empty() ||
           natsOptions_SetUserInfo(to, options.username.c_str(), options.password.c_str()) == NATS_OK;
}

options_handle make_options(const backplane_options& options, const std::vector<std::string>& servers)
{
    natsOptions* created = nullptr;
    if (natsOptions_Create(&created) != NATS_OK) {
        return nullptr;
    }
    options_handle made(created);
    std::vector<const char*> urls;
    urls.reserve(servers.size());
    for (const auto& server : servers) {
        urls.push_back(server.c_str());
    }
    auto* const to = made.get();
    const bool complete = natsOptions_SetServers(to, urls.data(), static_cast<int>(urls.size())) == NATS_OK &&
                          set_credentials(to, options) && natsOptions_SetName(to, "rill") == NATS_OK &&
                          natsOptions_SetAllowReconnect(to, false) == NATS_OK &&
                          natsOptions_SetTimeout(to, options.connect_timeout.count()) == NATS_OK &&
                          natsOptions_SetWriteDeadline(to, options.request_timeout.count()) == NATS_OK &&
                          natsOptions_SetPingInterval(to, options.heartbeat.count()) == NATS_OK &&
                          natsOptions_SetMaxPingsOut(to, 2) == NATS_OK &&
                          natsOptions_SetSendAsap(to, true) == NATS_OK &&
                          natsOptions_SetErrorHandler(to, ignore_error, nullptr) == NATS_OK;
    return complete ? std::move(made) : nullptr;
}

request_error failed(natsStatus status)
{
    return {status, 0, natsStatus_GetText(status)};
}

request_result<boost::json::object> read_response(natsMsg& message)
{
    const std::string_view text(natsMsg_GetData(&message), static_cast<std::size_t>(natsMsg_GetDataLength(&message)));
    error_code invalid;
    const auto parsed = boost::json::parse(text, invalid);
    if (invalid || !parsed.is_object()) {
        return tl::unexpected(request_error{NATS_PROTOCOL_ERROR, 0, "the response is not a JSON object"});
    }
    const auto& object = parsed.get_object();
    if (const auto* error = object.if_contains("error"); error != nullptr && error->is_object()) {
        const auto* code = error->get_object().if_contains("err_code");
        const auto* description = error->get_object().if_contains("description");
        return tl::unexpected(request_error{
            NATS_ERR, code != nullptr && code->is_int64() ? static_cast<int>(code->get_int64()) : 0,
            description != nullptr && description->is_string() ? std::string(description->get_string()) : "error"});
    }
    return object;
}

} // namespace

std::string make_inbox()
{
    natsInbox* created = nullptr;
    if (natsInbox_Create(&created) != NATS_OK) {
        throw std::bad_alloc();
    }
    std::string name(created);
    natsInbox_Destroy(created);
    return name;
}

tl::expected<std::shared_ptr<session>, std::string> session::dial(const backplane_options& options,
                                                                  const std::vector<std::string>& servers,
                                                                  const std::string& replies, reply_handler on_reply)
{
    const auto made = make_options(options, servers);
    if (made == nullptr) {
        return tl::unexpected(std::string("the options cannot be used: ") + nats_GetLastError(nullptr));
    }
    natsConnection* connected = nullptr;
    if (const auto status = natsConnection_Connect(&connected, made.get()); status != NATS_OK) {
        return tl::unexpected(std::string(natsStatus_GetText(status)));
    }
    const std::shared_ptr<session> opened(new session(connection_handle(connected), options.request_timeout.count()));
    opened->sink_ = std::make_shared<reply_sink>(std::move(on_reply));
    natsSubscription* subscribed = nullptr;
    const auto status = natsConnection_Subscribe(&subscribed, connected, (replies + ".*").c_str(),
                                                 reply_sink::on_message, opened->sink_->closure());
    opened->replies_ = subscription_handle(subscribed, {opened->ended_});
    opened->end_ = opened->subscribe(make_inbox());
    if (status != NATS_OK || opened->end_ == nullptr) {
        return tl::unexpected(std::string(natsStatus_GetText(status)));
    }
    natsSubscription_SetPendingLimits(subscribed, -1, -1); // the log limits the appends itself
    return opened;
}

session::~session()
{
    close();
    sink_.reset();
}

template <class Send>
request_result<boost::json::object> session::send_request(const Send& send)
{
    const auto ended_before = ended_->count();
    natsMsg* received = nullptr;
    const natsStatus status = send(&received);
    const message_handle response(received);
    if (status != NATS_OK) {
        return tl::unexpected(failed(status));
    }
    ended_->release(ended_before);
    return read_response(*response);
}

request_result<boost::json::object> session::request(const std::string& subject, const std::string& body)
{
    return send_request([&](natsMsg** received) {
        return natsConnection_RequestString(received, connection_.get(), subject.c_str(), body.c_str(), timeout_);
    });
}

request_result<boost::json::object> session::request(natsMsg& message)
{
    return send_request(
        [&](natsMsg** received) { return natsConnection_RequestMsg(received, connection_.get(), &message, timeout_); });
}

request_result<message_handle> session::message(const std::string& stream, std::uint64_t sequence)
{
    return read_stored([&](natsMsg** read, jsCtx* context, jsErrCode* code) {
        return js_GetMsg(read, context, stream.c_str(), sequence, nullptr, code);
    });
}

request_result<message_handle> session::last_message(const std::string& stream, const std::string& subject)
{
    return read_stored([&](natsMsg** read, jsCtx* context, jsErrCode* code) {
        return js_GetLastMsg(read, context, stream.c_str(), subject.c_str(), nullptr, code);
    });
}

template <class Read>
request_result<message_handle> session::read_stored(const Read& read)
{
    jsOptions with;
    jsOptions_Init(&with);
    with.Wait = timeout_;
    jsCtx* created = nullptr;
    if (const auto status = natsConnection_JetStream(&created, connection_.get(), &with); status != NATS_OK) {
        return tl::unexpected(failed(status));
    }
    const context_handle context(created);
    natsMsg* message = nullptr;
    jsErrCode code{};
    if (const auto status = read(&message, created, &code); status != NATS_OK) {
        const char* text = nats_GetLastError(nullptr);
        request_error error{status, static_cast<int>(code), text != nullptr ? text : natsStatus_GetText(status)};
        return tl::unexpected(std::move(error));
    }
    return message_handle(message);
}

void session::publish(const std::string& subject, const std::string& body, const std::string& reply)
{
    const auto size = static_cast<int>(body.size());
    if (reply.empty()) {
        natsConnection_Publish(connection_.get(), subject.c_str(), body.data(), size);
    } else {
        natsConnection_PublishRequest(connection_.get(), subject.c_str(), reply.c_str(), body.data(), size);
    }
}

subscription_handle session::subscribe(const std::string& subject)
{
    natsSubscription* created = nullptr;
    if (natsConnection_SubscribeSync(&created, connection_.get(), subject.c_str()) != NATS_OK) {
        return nullptr;
    }
    natsSubscription_SetPendingLimits(created, -1, -1); // the flow control of the server limits them
    return {created, subscription_deleter{ended_}};
}

bool session::wait_until_closed(std::chrono::milliseconds time)
{
    if (!is_closed()) {
        natsMsg* message = nullptr;
        natsSubscription_NextMsg(&message, end_.get(), time.count());
        natsMsg_Destroy(message);
    }
    return is_closed();
}

std::string session::server_url()
{
    std::array<char, 256> text{};
    return natsConnection_GetConnectedUrl(connection_.get(), text.data(), text.size()) == NATS_OK ? text.data()
                                                                                                  : "the server";
}

std::string session::server_id()
{
    std::array<char, 256> text{};
    natsConnection_GetConnectedServerId(connection_.get(), text.data(), text.size());
    return text.data();
}

std::vector<std::string> session::servers()
{
    char** names = nullptr;
    int count = 0;
    std::vector<std::string> out;
    if (natsConnection_GetServers(connection_.get(), &names, &count) == NATS_OK) {
        for (int i = 0; i < count; ++i) {
            out.emplace_back(names[i]);
            std::free(names[i]);
        }
        std::free(names);
    }
    return out;
}

} // namespace rill::nats
