#include "nats/append_reply.hpp"

#include <boost/test/unit_test.hpp>
#include <string_view>

BOOST_AUTO_TEST_SUITE(nats_append_reply_test)

namespace {

using namespace rill::nats;
using kind = append_reply::kind;

append_reply read(std::string_view data, const char* status = nullptr)
{
    open_library();
    natsMsg* created = nullptr;
    BOOST_REQUIRE(natsMsg_Create(&created, "s", nullptr, data.data(), static_cast<int>(data.size())) == NATS_OK);
    const message_handle message(created);
    if (status != nullptr) {
        BOOST_REQUIRE(natsMsgHeader_Set(created, "Status", status) == NATS_OK);
    }
    return read_append_reply(*message);
}

} // namespace

BOOST_AUTO_TEST_CASE(reads_acknowledgments)
{
    const auto stored = read(R"({"stream":"S", "seq":42})");
    BOOST_TEST((stored.outcome == kind::stored));
    BOOST_TEST(stored.sequence == 42U);
    BOOST_TEST(!stored.duplicate);
    BOOST_TEST(read(R"({"stream":"S","seq":42,"duplicate": true})").duplicate);
}

BOOST_AUTO_TEST_CASE(a_duplicate_without_a_sequence_is_undecided)
{
    BOOST_TEST((read(R"({"stream":"S","seq":0,"duplicate": true})").outcome == kind::undecided));
    BOOST_TEST((read("no JSON").outcome == kind::undecided));
    BOOST_TEST((read("").outcome == kind::undecided));
}

BOOST_AUTO_TEST_CASE(distinguishes_temporary_from_final_errors)
{
    BOOST_TEST((read("", "503").outcome == kind::not_stored));
    const auto moved = read(R"({"error":{"code":503,"err_code":10009,"description":"not the leader"}})");
    BOOST_TEST((moved.outcome == kind::not_stored));
    BOOST_TEST(moved.text == "not the leader");
    const auto full = read(R"({"error":{"code":503,"err_code":10077,"description":"maximum messages exceeded"}})");
    BOOST_TEST((full.outcome == kind::refused));
    BOOST_TEST((full.reason == rill::error::log_unavailable));
    const auto large =
        read(R"({"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"}})");
    BOOST_TEST((large.outcome == kind::refused));
    BOOST_TEST((large.reason == rill::error::message_too_large));
}

BOOST_AUTO_TEST_SUITE_END()
