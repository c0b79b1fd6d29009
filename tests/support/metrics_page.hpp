#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

namespace rill_test {

/// Parses a page in the text format 0.0.4 of Prometheus. Each family must occur once, with HELP and TYPE before its
/// samples. No sample may occur twice. Escapes are decoded. A page that breaks a rule fails the test.
class metrics_page
{
public:
    explicit metrics_page(const std::string& text)
    {
        BOOST_REQUIRE(!text.empty());
        BOOST_TEST(text.back() == '\n');
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("# HELP ")) {
                begin(line.substr(7));
            } else if (line.starts_with("# TYPE ")) {
                const auto space = line.find(' ', 7);
                BOOST_TEST(line.substr(7, space - 7) == family_);
                type_ = line.substr(space + 1);
                types_[family_] = type_;
            } else {
                sample(line);
            }
        }
    }

    /// Returns the value of a sample, for example `rill_streams{route="/a"}`. Its label values are decoded.
    double operator[](const std::string& sample) const
    {
        const auto found = samples_.find(sample);
        BOOST_REQUIRE_MESSAGE(found != samples_.end(), "no sample " << sample);
        return found->second;
    }
    bool has(const std::string& sample) const { return samples_.contains(sample); }
    std::string type(const std::string& family) const { return types_.at(family); }
    std::string help(const std::string& family) const { return help_.at(family); }

private:
    void begin(const std::string& rest)
    {
        family_ = rest.substr(0, rest.find(' '));
        type_.clear();
        BOOST_TEST(seen_.insert(family_).second, family_ << " comes in two places");
        help_[family_] = rest.substr(std::min(family_.size() + 1, rest.size()));
    }

    void sample(const std::string& line)
    {
        std::size_t at = line.find_first_of("{ ");
        BOOST_REQUIRE(at != line.npos);
        std::string key = line.substr(0, at);
        BOOST_TEST(!type_.empty(), "no TYPE before " << line);
        BOOST_TEST(belongs(key), key << " is not of " << family_);
        if (line[at] == '{') {
            key += '{';
            do {
                const auto equals = line.find("=\"", ++at);
                BOOST_REQUIRE(equals != line.npos);
                key += (key.back() == '{' ? "" : ",") + line.substr(at, equals - at) + "=\"";
                for (at = equals + 2; line.at(at) != '"'; ++at) {
                    key += line[at] != '\\' ? line[at] : line.at(++at) == 'n' ? '\n' : line[at];
                }
                key += '"';
                ++at;
            } while (line.at(at) == ',');
            BOOST_TEST(line.at(at) == '}');
            key += '}';
            ++at;
        }
        BOOST_TEST(line.at(at) == ' ');
        const char* begin = line.c_str() + at + 1;
        char* end = nullptr;
        const double value = std::strtod(begin, &end);
        BOOST_TEST((*begin != '\0' && *end == '\0'), "not a number: " << line);
        BOOST_TEST(samples_.emplace(key, value).second, key << " comes twice");
    }

    bool belongs(const std::string& name) const
    {
        if (type_ != "histogram") {
            return name == family_;
        }
        return name == family_ + "_bucket" || name == family_ + "_sum" || name == family_ + "_count";
    }

    std::string family_;
    std::string type_;
    std::set<std::string> seen_;
    std::map<std::string, std::string> types_;
    std::map<std::string, std::string> help_;
    std::map<std::string, double> samples_;
};

} // namespace rill_test
