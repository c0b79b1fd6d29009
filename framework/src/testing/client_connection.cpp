#include "testing/client_connection.hpp"

#include <algorithm>
#include <utility>

namespace rill::testing::detail {

namespace {

bool names(const fields& all, std::string_view name)
{
    return std::ranges::any_of(all, [name](const field& f) { return iequals(f.name, name); });
}

std::string in_seconds(std::chrono::milliseconds time)
{
    return std::to_string(time.count() / 1000) + "." + std::to_string(time.count() / 100 % 10) + " s";
}

} // namespace

client_connection::client_connection(std::shared_ptr<session> session)
    : session_(std::move(session)), socket_(session_->connect())
{}

client_connection::~client_connection()
{
    socket_->on_buffered = nullptr;
    leave(departure::fin);
}

void client_connection::send_request(std::string_view method, std::string_view target, std::string_view body,
                                     const fields& with)
{
    request_ = std::string(method).append(" ").append(target);
    std::string text = request_ + " HTTP/1.1\r\n";
    const auto add = [&text](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    if (!names(with, "Host")) {
        add("Host", "localhost");
    }
    for (const auto& f : with) {
        add(f.name, f.value);
    }
    const bool has_size = names(with, "Content-Length") || names(with, "Transfer-Encoding");
    if (!has_size && (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH")) {
        add("Content-Length", std::to_string(body.size()));
    }
    text.append("\r\n").append(body);
    session_->context(); // throws if there is no server
    socket_->send(text);
}

void client_connection::receive()
{
    const auto bytes = socket_->take();
    received_ += bytes.size();
    if (!bytes.empty()) {
        reader_.feed(bytes);
    }
    if (socket_->ended()) {
        reader_.finish(socket_->was_reset());
    }
}

response client_connection::read_head(std::string_view method)
{
    reader_.begin(method);
    session_->run_until([this] {
        receive();
        return reader_.has_head() || reader_.failure();
    });
    if (!reader_.has_head()) {
        fail("the head of a response");
    }
    return {.status = reader_.status(), .headers = reader_.headers()};
}

response client_connection::read_response(std::string_view method)
{
    auto all = read_head(method);
    session_->run_until([this] {
        receive();
        return response_over();
    });
    if (!reader_.is_complete()) {
        fail("the whole response");
    }
    all.body = reader_.take_body();
    return all;
}

void client_connection::leave(departure how)
{
    if (std::exchange(left_, true)) {
        return;
    }
    switch (how) {
    case departure::fin:
        return socket_->leave();
    case departure::reset:
        return socket_->reset();
    case departure::vanish:
        return socket_->vanish();
    }
}

void client_connection::fail(std::string_view what) const
{
    std::string text = "rill::testing: the client waited for ";
    text.append(what).append(" of ").append(request_).append(". ");
    if (socket_->was_reset()) {
        text += "The connection was reset";
    } else if (left_) {
        text += "The client has left";
    } else if (socket_->ended()) {
        text += "The server has closed the connection";
    } else if (reader_.is_complete()) {
        text += "The response is complete";
    } else {
        text += "The connection is open, and nothing came in " + in_seconds(session_->options().patience) +
                " of virtual time";
    }
    text += " (received " + std::to_string(received_) + " bytes, now " + in_seconds(session_->now()) + ")";
    if (reader_.failure()) {
        text += ": " + reader_.failure()->message();
    }
    for (const auto& line : session_->record().log()) {
        if (line.level >= log_level::warning) {
            text += "\n  log: " + line.text;
        }
    }
    throw no_answer(text);
}

} // namespace rill::testing::detail
