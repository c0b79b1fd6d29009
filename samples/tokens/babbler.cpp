#include "tokens/babbler.hpp"

#include <cstdint>

namespace tokens {

namespace {

constexpr std::string_view knowledge =
    "A stream is a promise that the next word will come when it is ready. The server writes a word and waits for the "
    "next, and the reader sees the word the moment it is written. When the reader leaves, the promise ends: the server "
    "stops in the middle of the sentence and lets go of all it held. A river does not ask who drinks from it, but a "
    "server should know, because the words are not free. So it is with every stream that is worth reading.";

constexpr std::string_view space = " \t\r\n\v\f";

/// Removes the first word of `text` and returns it. If there is no word, returns an empty text.
std::string_view take_word(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
    const auto word = text.substr(0, text.find_first_of(space));
    text.remove_prefix(word.size());
    return word;
}

std::uint32_t hash(std::string_view text)
{
    std::uint32_t sum = 2166136261; // FNV-1a gives the same value on all platforms, unlike std::hash
    for (const unsigned char c : text) {
        sum = (sum ^ c) * 16777619;
    }
    return sum;
}

} // namespace

babbler::babbler(std::string_view prompt) : random_(hash(prompt))
{
    learn(prompt);
    learn(knowledge);
    word_ = take_word(prompt);
}

void babbler::learn(std::string_view text)
{
    std::string word(take_word(text));
    for (auto next = take_word(text); !next.empty(); next = take_word(text)) {
        followers_[word].emplace_back(next);
        word = next;
    }
}

std::string babbler::next()
{
    auto found = followers_.find(word_);
    if (found == followers_.end()) { // after the last word of a text, continue with any word
        found = std::next(followers_.begin(), static_cast<std::ptrdiff_t>(random_() % followers_.size()));
    }
    word_ = found->second[random_() % found->second.size()];
    return word_;
}

} // namespace tokens
