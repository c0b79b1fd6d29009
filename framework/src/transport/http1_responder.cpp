#include "transport/http1_responder.hpp"

#include <algorithm>
#include <cerrno>
#include <rill/core/as_expected.hpp>
#include <string>
#include <string_view>
#include <unistd.h>

#include "http/refusal.hpp"
#include "transport/response_check.hpp"
#include "transport/response_head.hpp"

namespace rill::transport {

namespace {

constexpr std::size_t file_piece = 64UL * 1024;
// The kernel takes this number of bytes of a response at once. A response of at most this size needs no space in the
// queue.
constexpr std::size_t taken_by_kernel = 64UL * 1024;

} // namespace

response failure_response(const request& to, const problem& why)
{
    auto answer = to_response(why);
    for (const auto& field : to.answer_fields()) {
        answer.fields().erase(field.name);
    }
    for (const auto& field : to.answer_fields()) {
        static_cast<void>(answer.fields().add(field.name, field.value)); // the field was checked when it was set
    }
    return answer;
}

bool http1_responder::replace_faulty(response& answer, const request& to) const
{
    const auto found = check_response(answer, to.method());
    if (found.fault.empty()) {
        return found.closes;
    }
    connection_.worker_.log(log_level::error,
                            "the answer of " + std::string(to.path()) + " can't be sent: " + std::string(found.fault));
    answer =
        failure_response(to, {.status = status::internal_server_error, .detail = "the handler's answer can't be sent"});
    return false;
}

// A response that is cut off because the queue is full looks like a network error. After a 503, the client can repeat
// the request.
void http1_responder::keep_within_capacity(response& answer, const request& to) const
{
    const auto& shared = connection_.worker_.shared_capacity;
    const auto* text = std::get_if<std::string>(&answer.body());
    if (text == nullptr || text->size() <= taken_by_kernel || shared.can_queue(text->size())) {
        return;
    }
    connection_.log_over_capacity("of " + std::to_string(text->size()) + " bytes is answered with 503");
    answer = failure_response(
        to, rill::detail::too_busy(shared.limits.retry_after, "the server has too much to send at present"));
}

awaitable<bool> http1_responder::respond(response& answer, const request& to, bool keep_alive)
{
    auto& worker = connection_.worker_;
    connection_.advance(progress::respond);
    connection_.policy_ = &http1_connection_state::default_policy;
    if (to.method() != verb::head) {
        keep_within_capacity(answer, to);
    }
    worker.stats.responded(static_cast<unsigned>(answer.status()));
    const auto* text = std::get_if<std::string>(&answer.body());
    auto* file = std::get_if<file_body>(&answer.body());
    const auto frame = framing_of(answer, to.method(), to.version());
    const auto head =
        make_response_head(answer.status(), answer.fields(), frame, !keep_alive, to.version(), worker.date.get());
    const bool with_body = to.method() != verb::head && may_have_body(answer.status());
    if (has_forbidden_body(answer)) {
        worker.log(log_level::warning,
                   "the answer of " + std::string(to.path()) + " has a body that its status must not have");
    }
    const std::string_view body = with_body && text != nullptr ? std::string_view(*text) : std::string_view();
    const auto sent = co_await connection_.wait_for(connection_.send_bytes(head, body), as_expected);
    if (!sent) {
        co_return false;
    }
    if (with_body && file != nullptr) {
        co_return co_await send_file(*file);
    }
    co_return true;
}

awaitable<bool> http1_responder::send_file(file_body& file)
{
    std::string piece;
    while (file.length != 0) {
        piece.resize(std::min<std::uint64_t>(file.length, file_piece));
        const auto count = ::pread(file.file.get(), piece.data(), piece.size(), static_cast<off_t>(file.offset));
        if (count < 0 && errno == EINTR) { // possible on network file systems
            continue;
        }
        if (count <= 0) { // the client expects the announced length, so the connection can't be used again
            connection_.worker_.log(log_level::error, "a file became shorter while it was sent");
            co_return false;
        }
        file.offset += static_cast<std::uint64_t>(count);
        file.length -= static_cast<std::uint64_t>(count);
        const std::string_view bytes(piece.data(), static_cast<std::size_t>(count));
        const auto sent = co_await connection_.wait_for(connection_.send_bytes(bytes), as_expected);
        if (!sent) {
            co_return false;
        }
    }
    co_return true;
}

awaitable<> http1_responder::refuse(const problem& why, verb method)
{
    auto answer = to_response(why);
    const request refused(method, "");
    const bool sent = co_await respond(answer, refused, false);
    connection_.schedule(sent ? next_step::close : next_step::destroy);
}

} // namespace rill::transport
