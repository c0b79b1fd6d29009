#include "redis/primary.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <rill/core/as_expected.hpp>
#include <utility>
#include <vector>

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

using clock = known_primary::clock;

/// The time that the other sentinels have after the first answer.
constexpr std::chrono::milliseconds patience{500};

struct sentinel_answer
{
    endpoint primary{};
    std::uint64_t version = 0; ///< the config-epoch. 0 if the user of the sentinels may not read it
};

std::uint64_t version_of(const reply& fields)
{
    for (std::size_t i = 0; i + 1 < fields.elements.size(); i += 2) {
        if (fields.at(i).text == "config-epoch") {
            return fields.at(i + 1).number().value_or(0);
        }
    }
    return 0;
}

// The last two replies are the address and the fields of the primary.
outcome<sentinel_answer> parse_answer(const redis::address& sentinel, const std::vector<reply>& replies)
{
    for (std::size_t i = 0; i + 1 < replies.size(); ++i) {
        if (replies[i].is_error()) {
            return tl::unexpected(no_primary(sentinel, replies[i].text));
        }
    }
    const auto& address = replies.at(replies.size() - 2);
    const auto port = rill::detail::whole_number<std::uint16_t>(address.at(1).text);
    if (!address.is_array(2) || !port) {
        return tl::unexpected(no_primary(sentinel, "it does not know the name of the primary"));
    }
    sentinel_answer answer;
    answer.primary.server = {.host = address.at(0).text, .port = *port};
    answer.version = version_of(replies.back());
    return answer;
}

awaitable<outcome<sentinel_answer>> ask(asio::io_context& context, const backplane_options& options,
                                        redis::address sentinel)
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
    commands.command({"SENTINEL", "MASTER", options.sentinel.master_name});
    auto replies = co_await server.exchange(std::move(commands), options.connect_timeout);
    if (!replies) {
        co_return tl::unexpected(no_primary(sentinel, replies.error().message()));
    }
    co_return parse_answer(sentinel, *replies);
}

/// The answers of the sentinels, which arrive one after another.
class inquiry
{
public:
    inquiry(asio::io_context& context, std::size_t sentinels, std::chrono::milliseconds timeout)
        : timer_(context), answers_(sentinels), missing_(sentinels), deadline_(clock::now() + timeout)
    {}

    void add(std::size_t sentinel, outcome<sentinel_answer> answer)
    {
        if (answer) {
            deadline_ = std::min(deadline_, clock::now() + patience);
        }
        answers_[sentinel] = std::move(answer);
        --missing_;
        timer_.cancel();
    }

    awaitable<void> wait()
    {
        while (missing_ != 0 && clock::now() < deadline_) {
            timer_.expires_at(deadline_);
            const auto ignored = co_await timer_.async_wait(as_expected);
            static_cast<void>(ignored);
        }
    }

    /// Returns the answer with the newest configuration. If no sentinel has answered, returns the last error.
    outcome<sentinel_answer> newest() const
    {
        outcome<sentinel_answer> best =
            tl::unexpected(failure(make_error_code(errc::no_primary), "no sentinel answers"));
        for (const auto& one : answers_) {
            if (one && (one->has_value() ? !best || (*one)->version > best->version : !best)) {
                best = *one;
            }
        }
        return best;
    }

private:
    asio::steady_timer timer_;
    std::vector<std::optional<outcome<sentinel_answer>>> answers_;
    std::size_t missing_;
    clock::time_point deadline_;
};

// The coroutine may end after the inquiry.
awaitable<void> ask_for(std::shared_ptr<inquiry> into, asio::io_context& context, const backplane_options& options,
                        std::size_t sentinel)
{
    auto answer = co_await ask(context, options, options.sentinel.addresses[sentinel]);
    into->add(sentinel, std::move(answer));
}

awaitable<outcome<sentinel_answer>> ask_all(asio::io_context& context, const backplane_options& options)
{
    const auto sentinels = options.sentinel.addresses.size();
    const auto all = std::make_shared<inquiry>(context, sentinels, options.connect_timeout);
    for (std::size_t i = 0; i != sentinels; ++i) {
        asio::co_spawn(context, ask_for(all, context, options, i), asio::detached);
    }
    co_await all->wait();
    co_return all->newest();
}

} // namespace

awaitable<outcome<endpoint>> find_primary(asio::io_context& context, log_state& state)
{
    const auto& options = state.options();
    if (options.sentinel.addresses.empty()) {
        endpoint configured;
        configured.unix_socket = options.unix_socket;
        configured.server = options.server;
        co_return configured;
    }
    const auto since = clock::now();
    auto answer = co_await ask_all(context, options);
    state.primary().asked(since);
    if (!answer) {
        co_return tl::unexpected(std::move(answer.error()));
    }
    if (state.was_outdated_for_long(clock::now())) {
        state.primary().forget_version();
    }
    const auto name = answer->primary.text();
    if (!state.primary().learn(name, answer->version)) {
        co_return tl::unexpected(failure(make_error_code(errc::outdated_server), "the sentinels name " + name));
    }
    co_return std::move(answer->primary);
}

awaitable<void> watch_primary(asio::io_context& context, log_state& state)
{
    asio::steady_timer timer(context);
    for (;;) {
        timer.expires_after(std::max(state.options().check_interval / 2, std::chrono::milliseconds(1)));
        const auto waited = co_await timer.async_wait(as_expected);
        if (!waited) {
            co_return;
        }
        const auto ignored = co_await find_primary(context, state);
        static_cast<void>(ignored);
    }
}

} // namespace rill::redis::detail
