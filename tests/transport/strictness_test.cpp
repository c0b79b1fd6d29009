// Passes each case of strict_cases.hpp to the parser, without sockets: byte by byte, and in two pieces for each
// possible cut. Large cases are cut only in their first 1,000 bytes, or not at all.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <utility>

#include "support/strict_cases.hpp"
#include "transport/request_parser.hpp"

BOOST_AUTO_TEST_SUITE(strictness)

namespace {

using rill::transport::request_parser;
using state = request_parser::state;

const rill::connection_limits default_limits;

/// Passes pieces of bytes to the parser and records the results, one line per request. The tests compare the results of
/// two ways to cut the same bytes. With `streams` the caller reads the bodies, as for a handler with a body_reader.
class reader
{
public:
    explicit reader(bool streams = false) : streams_(streams) {}

    void put(std::string_view bytes)
    {
        input_.append(bytes);
        for (auto outcome = put_input(); !done_; outcome = put_input()) {
            if (outcome == state::rejected) {
                results_ += std::to_string(static_cast<unsigned>(parser_.rejection().status)) + "! " +
                            parser_.rejection().detail + "\n";
                done_ = true;
            } else if (outcome == state::complete) {
                const auto r = in_body_ ? std::exchange(head_, {}) : parser_.take();
                auto body = in_body_ ? std::exchange(body_, {}) : r.body();
                in_body_ = false;
                std::ranges::replace(body, '\n', '|');
                results_ += "request " + std::string(r.target()) + " " + std::to_string(r.fields().size()) + " " +
                            body + (parser_.keep_alive() ? "" : ".") + "\n";
                done_ = !parser_.keep_alive();
            } else if (outcome == state::need_more) {
                return;
            }
        }
    }

    const std::string& results() const { return results_; }
    bool done() const { return done_; }

private:
    state put_input()
    {
        if (!in_body_) {
            const auto outcome = parser_.put(input_);
            const bool has_head = outcome == state::head || outcome == state::complete;
            // A connection does the same.
            if (has_head && parser_.head().method() == rill::verb::unknown) {
                return parser_.refuse({.status = rill::status::not_implemented, .detail = "no such method"});
            }
            in_body_ = outcome == state::head && streams_;
            if (!in_body_) {
                return outcome;
            }
            head_ = parser_.take_head();
            // A body_reader checks the announced size first.
            if (parser_.announced_size().value_or(0) > default_limits.max_body_bytes) {
                std::string none;
                parser_.put(none);
            }
        }
        std::string_view rest(input_);
        const auto outcome = parser_.read_body(rest, body_);
        input_.erase(0, input_.size() - rest.size());
        return outcome;
    }

    const bool streams_;
    bool in_body_ = false;
    rill::request head_;
    std::string body_;
    request_parser parser_{default_limits};
    std::string input_;
    std::string results_;
    bool done_ = false;
};

std::string results_of_whole(std::string_view bytes, bool streams = false)
{
    reader r(streams);
    r.put(bytes);
    return r.results();
}

/// Returns true if the results match the expected responses. A result is a rejection or a request.
bool agrees(std::string_view results, std::string_view answers)
{
    for (auto answer = rill_test::take_answer(answers); answer.status != 0; answer = rill_test::take_answer(answers)) {
        const auto line = results.substr(0, results.find('\n'));
        const bool right = answer.end == '!'
                               ? line.starts_with(std::to_string(answer.status) + "! ")
                               : line.starts_with("request ") && line.ends_with('.') == (answer.end == '.');
        if (!right) {
            return false;
        }
        results.remove_prefix(line.size() + 1);
    }
    return results.empty();
}

} // namespace

BOOST_AUTO_TEST_CASE(each_case_has_the_expected_result)
{
    for (const auto& one : rill_test::strict_cases()) {
        const auto results = results_of_whole(one.bytes);
        BOOST_TEST(agrees(results, one.answers), one.about << ": expected '" << one.answers << "', is " << results);
    }
}

BOOST_AUTO_TEST_CASE(byte_by_byte_the_result_is_the_same)
{
    for (const auto& one : rill_test::strict_cases()) {
        reader r;
        for (std::size_t i = 0; i < one.bytes.size() && !r.done(); ++i) {
            r.put({one.bytes.data() + i, 1});
        }
        BOOST_TEST(r.results() == results_of_whole(one.bytes), one.about << ": " << r.results());
    }
}

BOOST_AUTO_TEST_CASE(cut_in_two_anywhere_the_result_is_the_same)
{
    for (const auto& one : rill_test::strict_cases()) {
        if (one.bytes.size() > 1000) {
            continue; // the test byte_by_byte_the_result_is_the_same covers large cases
        }
        const auto whole = results_of_whole(one.bytes);
        const std::string_view bytes(one.bytes);
        for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
            reader r;
            r.put(bytes.substr(0, cut));
            if (!r.done()) {
                r.put(bytes.substr(cut));
            }
            BOOST_REQUIRE_MESSAGE(r.results() == whole, one.about << ", cut at " << cut << ": " << r.results());
        }
    }
}

// The result does not depend on who reads the body.
BOOST_AUTO_TEST_CASE(streamed_bodies_have_the_same_result_for_each_cut)
{
    for (const auto& one : rill_test::strict_cases()) {
        const auto whole = results_of_whole(one.bytes);
        BOOST_TEST(results_of_whole(one.bytes, true) == whole, one.about);
        const std::string_view bytes(one.bytes);
        reader bytewise(true);
        for (std::size_t i = 0; i < bytes.size() && !bytewise.done(); ++i) {
            bytewise.put(bytes.substr(i, 1));
        }
        BOOST_TEST(bytewise.results() == whole, one.about << ": " << bytewise.results());
        for (std::size_t cut = 1; cut < std::min<std::size_t>(bytes.size(), 1000); ++cut) {
            reader r(true);
            r.put(bytes.substr(0, cut));
            if (!r.done()) {
                r.put(bytes.substr(cut));
            }
            BOOST_REQUIRE_MESSAGE(r.results() == whole, one.about << ", cut at " << cut << ": " << r.results());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
