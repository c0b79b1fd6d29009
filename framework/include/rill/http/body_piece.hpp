#pragma once

#include <string_view>

namespace rill {

/// A piece of a request's body, or its end, which is an empty piece. Refers to bytes that body_reader::read() owns.
class body_piece
{
public:
    body_piece() = default;
    explicit body_piece(std::string_view bytes) noexcept : bytes_(bytes) {}

    /// False at the end of the body.
    explicit operator bool() const noexcept { return !bytes_.empty(); }

    std::string_view operator*() const noexcept { return bytes_; }
    const std::string_view* operator->() const noexcept { return &bytes_; }

private:
    std::string_view bytes_;
};

} // namespace rill
