// Every case of strict_cases.hpp through the parser, without sockets, cut in every place.

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "support/strict_cases.hpp"
#include "transport/request_parser.hpp"

BOOST_AUTO_TEST_SUITE(strictness)

namespace {

using rill::transport::request_parser;
using state = request_parser::state;

const rill::connection_limits default_limits;

/// What the parser makes of pieces of bytes: a line for each request, so that two ways of cutting can be compared.
class reader
{
public:
    void put(std::string_view bytes)
    {
        input_.append(bytes);
        for (auto outcome = parser_.put(input_); !done_; outcome = parser_.put(input_)) {
            if (outcome == state::rejected) {
                told_ += std::to_string(static_cast<unsigned>(parser_.rejection().status)) + "! " +
                         parser_.rejection().detail + "\n";
                done_ = true;
            } else if (outcome == state::complete) {
                const auto r = parser_.take();
                auto body = r.body();
                std::ranges::replace(body, '\n', '|');
                told_ += "request " + std::string(r.target()) + " " + std::to_string(r.fields().size()) + " " + body +
                         (parser_.keep_alive() ? "" : ".") + "\n";
                done_ = !parser_.keep_alive();
            } else if (outcome == state::need_more) {
                return;
            }
        }
    }

    const std::string& told() const { return told_; }
    bool done() const { return done_; }

private:
    request_parser parser_{default_limits};
    std::string input_;
    std::string told_;
    bool done_ = false;
};

std::string told_of_whole(std::string_view bytes)
{
    reader r;
    r.put(bytes);
    return r.told();
}

/// Whether what was told is what the answers say, as far as the parser knows: it refuses, or makes requests.
bool agrees(std::string_view told, std::string_view answers)
{
    for (auto answer = rill_test::take_answer(answers); answer.status != 0; answer = rill_test::take_answer(answers)) {
        const auto line = told.substr(0, told.find('\n'));
        const bool right = answer.end == '!'
                               ? line.starts_with(std::to_string(answer.status) + "! ")
                               : line.starts_with("request ") && line.ends_with('.') == (answer.end == '.');
        if (!right) {
            return false;
        }
        told.remove_prefix(line.size() + 1);
    }
    return told.empty();
}

} // namespace

BOOST_AUTO_TEST_CASE(each_case_is_refused_or_read_as_it_must_be)
{
    for (const auto& one : rill_test::strict_cases()) {
        const auto told = told_of_whole(one.bytes);
        BOOST_TEST(agrees(told, one.answers), one.about << ": expected '" << one.answers << "', is " << told);
    }
}

BOOST_AUTO_TEST_CASE(byte_by_byte_the_answer_is_the_same)
{
    for (const auto& one : rill_test::strict_cases()) {
        reader r;
        for (std::size_t i = 0; i < one.bytes.size() && !r.done(); ++i) {
            r.put({one.bytes.data() + i, 1});
        }
        BOOST_TEST(r.told() == told_of_whole(one.bytes), one.about << ": " << r.told());
    }
}

BOOST_AUTO_TEST_CASE(cut_in_two_anywhere_the_answer_is_the_same)
{
    for (const auto& one : rill_test::strict_cases()) {
        if (one.bytes.size() > 1000) {
            continue; // the same lengths again and again: byte by byte they were cut everywhere
        }
        const auto whole = told_of_whole(one.bytes);
        const std::string_view bytes(one.bytes);
        for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
            reader r;
            r.put(bytes.substr(0, cut));
            if (!r.done()) {
                r.put(bytes.substr(cut));
            }
            BOOST_REQUIRE_MESSAGE(r.told() == whole, one.about << ", cut at " << cut << ": " << r.told());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
