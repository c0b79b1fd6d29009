#include <rill/testing/server.hpp>

#include <utility>

#include "server/serving/read_stats.hpp"
#include "testing/client_connection.hpp"
#include "testing/session.hpp"

namespace rill::testing {

using detail::client_connection;
using detail::session;

server::server(handler app, testing::options options)
{
    detail::upstream_group upstreams;
    for (const auto& u : options.upstreams) {
        upstreams.add(u.host, u.at.get().session_);
    }
    session_ = std::make_shared<session>(std::move(app), std::move(options), std::move(upstreams));
}

server::~server()
{
    session_->close();
}

response server::request(std::string_view method, std::string_view target, std::string_view body, const fields& with)
{
    const auto client = std::make_shared<client_connection>(session_);
    client->send_request(method, target, body, with);
    auto answer = client->read_response(method);
    client->leave(departure::fin);
    session_->run_ready();
    return answer;
}

stream server::open(std::string_view target, const fields& with)
{
    return open("GET", target, {}, with);
}

stream server::open(std::string_view method, std::string_view target, std::string_view body, const fields& with)
{
    auto client = std::make_shared<client_connection>(session_);
    client->send_request(method, target, body, with);
    auto head = client->read_head(method);
    return {std::move(client), std::move(head)};
}

connection server::connect()
{
    return connection(std::make_shared<client_connection>(session_));
}

void server::advance(std::chrono::milliseconds by)
{
    session_->advance(by);
}

void server::run_ready()
{
    session_->run_ready();
}

bool server::run_until(const std::function<bool()>& condition, std::chrono::milliseconds within)
{
    return session_->run_until(condition, within.count() != 0 ? within : session_->options().patience);
}

std::chrono::milliseconds server::now() const
{
    return session_->now();
}

void server::shut_down()
{
    session_->shut_down();
}

void server::begin_shut_down()
{
    session_->begin_shut_down();
}

std::size_t server::connections()
{
    return stats().connections;
}

std::size_t server::streams()
{
    return stats().streams;
}

server_stats server::stats()
{
    session_->run_ready();
    return read_stats(session_->room());
}

const std::vector<close_reason>& server::close_reasons()
{
    session_->run_ready();
    return session_->record().reasons();
}

const std::vector<log_line>& server::log()
{
    session_->run_ready();
    return session_->record().log();
}

std::string server::log_text(log_level from)
{
    std::string text;
    for (const auto& line : log()) {
        if (line.level >= from) {
            text.append(line.text).append("\n");
        }
    }
    return text;
}

} // namespace rill::testing
