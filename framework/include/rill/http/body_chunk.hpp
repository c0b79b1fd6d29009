#pragma once

#include <string_view>

namespace rill {

/// A chunk of a request's body. An empty chunk means the end of the body. It refers to bytes that the body_reader owns.
class body_chunk
{
public:
    body_chunk() = default;
    explicit body_chunk(std::string_view bytes) noexcept : bytes_(bytes) {}

    /// False at the end of the body.
    explicit operator bool() const noexcept { return !bytes_.empty(); }

    std::string_view operator*() const noexcept { return bytes_; }
    const std::string_view* operator->() const noexcept { return &bytes_; }

private:
    std::string_view bytes_;
};

} // namespace rill
