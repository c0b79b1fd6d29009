#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <rill/core/failure.hpp>
#include <rill/redis/error.hpp>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace rill::redis::detail {

/// A reply of the protocol RESP2.
struct reply
{
    enum class kind : unsigned char
    {
        nil,
        integer,
        text, ///< a bulk string or a status
        error,
        array,
    };

    kind type = kind::nil;
    std::int64_t integer = 0;
    std::string text{};
    std::vector<reply> elements{};

    bool is_error() const noexcept { return type == kind::error; }
    bool is_nil() const noexcept { return type == kind::nil; }
    bool is_array(std::size_t min_size = 0) const noexcept
    {
        return type == kind::array && elements.size() >= min_size;
    }
    /// The element, or nil if this is not an array or is too short.
    const reply& at(std::size_t index) const noexcept;
    /// The value of an integer, or of a text of decimal digits.
    std::optional<std::uint64_t> number() const noexcept;
};

/// Returns the error of an error reply. The first word of its text decides.
errc error_of(std::string_view text) noexcept;
/// The error and the text of an error reply.
failure failure_of(const reply& error);
/// The error of a reply with an unexpected form.
failure unexpected_reply(std::string_view command);

/// Converts bytes from the server to replies. Does no I/O.
class reply_reader
{
public:
    reply_reader();

    /// Adds received bytes. Errors: errc::malformed_reply; std::errc::not_enough_memory.
    result<void> feed(std::string_view bytes);
    /// Returns the next complete reply, or nothing if bytes are missing. Errors: as feed().
    result<std::optional<reply>> next();

private:
    struct release
    {
        void operator()(redisReader* reader) const noexcept;
    };
    std::unique_ptr<redisReader, release> reader_;
};

} // namespace rill::redis::detail
