#include "redis/reply.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <hiredis/read.h>
#include <new>
#include <stdexcept>
#include <utility>

#include "http/whole_number.hpp"

namespace rill::redis::detail {

namespace {

// hiredis calls these functions. They must not throw, because its frames have no unwind information. A function returns
// a null pointer if it cannot allocate memory. hiredis then reports the error REDIS_ERR_OOM.
void* place(const redisReadTask* task, reply&& value) noexcept
{
    try {
        if (task->parent == nullptr) {
            return new reply(std::move(value));
        }
        auto& slot = static_cast<reply*>(task->parent->obj)->elements[static_cast<std::size_t>(task->idx)];
        slot = std::move(value);
        return &slot;
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void* make_text(const redisReadTask* task, char* text, std::size_t size) noexcept
{
    try {
        reply made;
        made.type = task->type == REDIS_REPLY_ERROR ? reply::kind::error : reply::kind::text;
        made.text.assign(text, size);
        return place(task, std::move(made));
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void* make_array(const redisReadTask* task, int size) noexcept
{
    try {
        reply made;
        made.type = reply::kind::array;
        made.elements.resize(static_cast<std::size_t>(std::max(size, 0)));
        return place(task, std::move(made));
    } catch (const std::bad_alloc&) {
        return nullptr;
    } catch (const std::length_error&) {
        return nullptr;
    }
}

void* make_integer(const redisReadTask* task, long long value) noexcept
{
    reply made;
    made.type = reply::kind::integer;
    made.integer = value;
    return place(task, std::move(made));
}

void* make_nil(const redisReadTask* task) noexcept
{
    return place(task, {});
}

void destroy(void* object) noexcept
{
    delete static_cast<reply*>(object);
}

redisReplyObjectFunctions functions{&make_text, &make_array, &make_integer, &make_nil, &destroy};

error_code error_of_reader(const redisReader& reader) noexcept
{
    return reader.err == REDIS_ERR_OOM ? make_error_code(boost::system::errc::not_enough_memory)
                                       : make_error_code(errc::malformed_reply);
}

} // namespace

const reply& reply::at(std::size_t index) const noexcept
{
    static const reply none;
    return is_array(index + 1) ? elements[index] : none;
}

std::optional<std::uint64_t> reply::number() const noexcept
{
    if (type == kind::integer && integer >= 0) {
        return static_cast<std::uint64_t>(integer);
    }
    return type == kind::text ? rill::detail::whole_number<std::uint64_t>(text) : std::nullopt;
}

errc error_of(std::string_view text) noexcept
{
    static constexpr std::array<std::pair<std::string_view, errc>, 19> known{{
        {"NOAUTH", errc::access_denied},
        {"WRONGPASS", errc::access_denied},
        {"NOPERM", errc::access_denied},
        {"READONLY", errc::not_primary},
        {"MASTERDOWN", errc::not_primary},
        {"UNBLOCKED", errc::not_primary},
        {"LOADING", errc::not_ready},
        {"BUSY", errc::not_ready},
        {"TRYAGAIN", errc::not_ready},
        {"OOM", errc::out_of_memory},
        {"MISCONF", errc::write_refused},
        {"NOREPLICAS", errc::write_refused},
        {"MOVED", errc::cluster_not_supported},
        {"ASK", errc::cluster_not_supported},
        {"CROSSSLOT", errc::cluster_not_supported},
        {"CLUSTERDOWN", errc::cluster_not_supported},
        {"NOSCRIPT", errc::script_missing},
        {"RILLOUTDATED", errc::outdated_server},
        {"RILLLOST", errc::lost_batch},
    }};
    const auto word = text.substr(0, text.find(' '));
    const auto* const found = std::ranges::find(known, word, &std::pair<std::string_view, errc>::first);
    return found == known.end() ? errc::other : found->second;
}

failure failure_of(const reply& error)
{
    return {make_error_code(error_of(error.text)), error.text};
}

failure unexpected_reply(std::string_view command)
{
    return {make_error_code(errc::malformed_reply), std::string(command)};
}

reply_reader::reply_reader() : reader_(redisReaderCreateWithFunctions(&functions))
{
    if (!reader_) {
        throw std::bad_alloc();
    }
}

result<void> reply_reader::feed(std::string_view bytes)
{
    if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) {
        return tl::unexpected(error_of_reader(*reader_));
    }
    return {};
}

result<std::optional<reply>> reply_reader::next()
{
    void* object = nullptr;
    if (redisReaderGetReply(reader_.get(), &object) != REDIS_OK) {
        return tl::unexpected(error_of_reader(*reader_));
    }
    if (object == nullptr) {
        return std::optional<reply>();
    }
    const std::unique_ptr<reply> owned(static_cast<reply*>(object));
    return std::optional<reply>(std::move(*owned));
}

void reply_reader::release::operator()(redisReader* reader) const noexcept
{
    redisReaderFree(reader);
}

} // namespace rill::redis::detail
