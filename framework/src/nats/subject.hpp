#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rill::nats {

/// Maps topics to subjects, one to one. '/' becomes '.'. The characters that a token of a subject cannot contain ('.',
/// '*', '>', '%', space and control characters) are percent-encoded. An empty segment is the token "%". The empty topic
/// of a channel is the prefix itself.
class subject_map
{
public:
    explicit subject_map(std::string prefix) : prefix_(std::move(prefix)) {}

    const std::string& prefix() const noexcept { return prefix_; }

    std::string subject(std::string_view topic) const;
    /// Returns nothing if the subject is not the subject of a topic.
    std::optional<std::string> topic(std::string_view subject) const;

private:
    std::string prefix_;
};

/// Whether the text is a valid prefix: tokens of letters, digits, '_' and '-', separated by '.'.
bool is_subject_prefix(std::string_view text) noexcept;

/// Percent-encodes control characters, spaces and '%', so that every text can be the value of a header.
std::string encode_header(std::string_view text);
/// Returns nothing if a '%' is not followed by two hexadecimal digits.
std::optional<std::string> decode_header(std::string_view text);

} // namespace rill::nats
