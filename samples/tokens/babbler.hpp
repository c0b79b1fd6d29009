#pragma once

#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace tokens {

/// A simple language model: a Markov chain over the words of the prompt and of a short built-in text. Equal prompts
/// produce equal words.
class babbler
{
public:
    explicit babbler(std::string_view prompt);

    std::string next();

private:
    void learn(std::string_view text);

    std::map<std::string, std::vector<std::string>, std::less<>> followers_;
    std::minstd_rand random_;
    std::string word_; ///< the last word that next() returned
};

} // namespace tokens
