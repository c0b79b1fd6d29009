#include "redis/primary.hpp"

#include "http/whole_number.hpp"

namespace rill::redis::detail {

namespace {

failure no_primary(const redis::address& sentinel, std::string_view reason)
{
    const auto name = endpoint{.unix_socket = {}, .server = sentinel}.text();
    return {make_error_code(errc::no_primary), "sentinel " + name + ": " + std::string(reason)};
}

void add_login(command_writer& commands, const sentinel_options& options)
{
    if (options.password.empty()) {
        return;
    }
    if (options.username.empty()) {
        commands.command({"AUTH", options.password});
    } else {
        commands.command({"AUTH", options.username, options.password});
    }
}

outcome<endpoint> parse_address(const redis::address& sentinel, const std::vector<reply>& replies)
{
    for (const auto& one : replies) {
        if (one.is_error()) {
            return tl::unexpected(no_primary(sentinel, one.text));
        }
    }
    const auto& answer = replies.back();
    const auto port = rill::detail::whole_number<std::uint16_t>(answer.at(1).text);
    if (!answer.is_array(2) || !port) {
        return tl::unexpected(no_primary(sentinel, "it does not know the name of the primary"));
    }
    return endpoint{.unix_socket = {}, .server = {.host = answer.at(0).text, .port = *port}};
}

awaitable<outcome<endpoint>> ask(asio::io_context& context, const backplane_options& options, redis::address sentinel)
{
    connection server(context);
    endpoint to;
    to.server = sentinel;
    auto opened = co_await server.open(to, options.connect_timeout);
    if (!opened) {
        co_return tl::unexpected(no_primary(sentinel, opened.error().message()));
    }
    command_writer commands;
    add_login(commands, options.sentinel);
    commands.command({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", options.sentinel.master_name});
    auto replies = co_await server.exchange(std::move(commands), options.connect_timeout);
    if (!replies) {
        co_return tl::unexpected(no_primary(sentinel, replies.error().message()));
    }
    co_return parse_address(sentinel, *replies);
}

} // namespace

awaitable<outcome<endpoint>> find_primary(asio::io_context& context, const backplane_options& options)
{
    if (options.sentinel.addresses.empty()) {
        endpoint configured;
        configured.unix_socket = options.unix_socket;
        configured.server = options.server;
        co_return configured;
    }
    outcome<endpoint> answer = tl::unexpected(failure(make_error_code(errc::no_primary), "no sentinel"));
    for (const auto& sentinel : options.sentinel.addresses) {
        answer = co_await ask(context, options, sentinel);
        if (answer) {
            break;
        }
    }
    co_return answer;
}

} // namespace rill::redis::detail
