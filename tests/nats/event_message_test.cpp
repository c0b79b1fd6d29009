#include "nats/event_message.hpp"

#include <boost/test/unit_test.hpp>
#include <rill/pubsub/event_record.hpp>

BOOST_AUTO_TEST_SUITE(nats_event_message_test)

namespace {

using namespace rill::nats;
using rill::pubsub::event_record;

const subject_map subjects("p");

message_handle plain(const char* subject, std::string_view data)
{
    open_library();
    natsMsg* created = nullptr;
    BOOST_REQUIRE(natsMsg_Create(&created, subject, nullptr, data.data(), static_cast<int>(data.size())) == NATS_OK);
    return message_handle(created);
}

event_record round_trip(const event_record& fields)
{
    open_library();
    const auto message = make_message(fields.draft().value(), subjects, "id", "S", "reply.1");
    BOOST_REQUIRE(message != nullptr);
    BOOST_TEST(header(*message, "Nats-Msg-Id").value() == "id");
    BOOST_TEST(header(*message, "Nats-Expected-Stream").value() == "S");
    BOOST_TEST(natsMsg_GetReply(message.get()) == "reply.1");
    return event_record(read_message(subjects, *message).value());
}

} // namespace

BOOST_AUTO_TEST_CASE(keeps_all_fields_of_an_event)
{
    event_record fields;
    fields.topic = "a b/\xc3\xa9";
    fields.key = "k 1\n";
    fields.name = "na me";
    fields.data = std::string("a\r\nb\0c\n", 7);
    fields.comment = "one\ntwo ";
    fields.retry = std::chrono::milliseconds(1500);
    const auto read = round_trip(fields);
    BOOST_TEST(read.topic == fields.topic);
    BOOST_TEST(read.key == fields.key);
    BOOST_TEST(read.name == fields.name);
    BOOST_TEST((read.data == fields.data));
    BOOST_TEST(read.comment == fields.comment);
    BOOST_TEST((read.retry == fields.retry));
}

BOOST_AUTO_TEST_CASE(distinguishes_empty_data_from_no_data)
{
    event_record fields;
    fields.data = "";
    BOOST_TEST((round_trip(fields).data == std::optional<std::string>("")));
    fields.data.reset();
    fields.comment = "c";
    BOOST_TEST(!round_trip(fields).data.has_value());
}

BOOST_AUTO_TEST_CASE(reads_messages_of_other_programs)
{
    const auto read = read_message(subjects, *plain("p.x.y", "hello"));
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(read->topic() == "x/y");
    BOOST_TEST(read->data() == "hello");
    BOOST_TEST(read->name().empty());
    const auto empty = read_message(subjects, *plain("p.x", ""));
    BOOST_REQUIRE(empty.has_value());
    BOOST_TEST(empty->has_data());
}

BOOST_AUTO_TEST_CASE(refuses_messages_that_are_no_events)
{
    BOOST_TEST((read_message(subjects, *plain("q.x", "")).error() == rill::error::invalid_topic));
    BOOST_TEST((read_message(subjects, *plain("p.x", "\xff")).error() == rill::error::invalid_utf8));
    const auto with = [](const char* name, const char* value) {
        const auto message = plain("p.x", "d");
        BOOST_REQUIRE(natsMsgHeader_Set(message.get(), name, value) == NATS_OK);
        return read_message(subjects, *message);
    };
    BOOST_TEST((with("Rill-Name", "%").error() == rill::error::invalid_field_value));
    BOOST_TEST((with("Rill-Name", "a%0Ab").error() == rill::error::invalid_field_value));
    BOOST_TEST((with("Rill-Retry", "soon").error() == rill::error::invalid_field_value));
    BOOST_TEST(with("Rill-Name", "n").has_value());
}

BOOST_AUTO_TEST_CASE(reads_the_position_of_a_message)
{
    for (const auto* reply :
         {"$JS.ACK.S.C.1.20.3.1700000000123456789.7", "$JS.ACK.domain.hash.S.C.1.20.3.1700000000123456789.7",
          "$JS.ACK._.hash.S.C.1.20.3.1700000000123456789.7.token"})
    {
        const auto at = parse_delivery(reply);
        BOOST_REQUIRE_MESSAGE(at.has_value(), reply);
        BOOST_TEST(at->stream_sequence == 20U);
        BOOST_TEST(at->consumer_sequence == 3U);
        BOOST_TEST(at->time == 1700000000123456789);
        BOOST_TEST(at->pending == 7U);
    }
    for (const auto* reply :
         {"", "_INBOX.x", "$JS.ACK.S.C.1.20.3.17", "$JS.ACK.S.C.1.x.3.17.7", "$JS.FC.S.C.1.20.3.17.7"})
    {
        BOOST_TEST(!parse_delivery(reply).has_value(), reply);
    }
}

BOOST_AUTO_TEST_CASE(reads_the_status_of_a_message_of_the_server)
{
    const auto message = plain("p", "");
    BOOST_TEST(status_of(*message) == 0);
    BOOST_REQUIRE(natsMsgHeader_Set(message.get(), "Status", "100") == NATS_OK);
    BOOST_TEST(status_of(*message) == 100);
}

BOOST_AUTO_TEST_SUITE_END()
