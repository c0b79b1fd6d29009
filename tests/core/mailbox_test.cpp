#include <rill/core/mailbox.hpp>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <vector>

using rill::mailbox;

BOOST_AUTO_TEST_SUITE(mailbox_test)

namespace {

void turn(boost::asio::io_context& context)
{
    context.restart();
    context.poll();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_message_runs_from_the_event_loop_not_inside_post)
{
    boost::asio::io_context context{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
    bool ran = false;
    mailbox::of(context).post([&] { ran = true; });
    BOOST_TEST(!ran);
    turn(context);
    BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(messages_keep_their_order)
{
    boost::asio::io_context context{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
    auto& box = mailbox::of(context);
    std::vector<int> ran;
    box.post([&] {
        ran.push_back(1);
        box.post([&] { ran.push_back(3); });
    });
    box.post([&] { ran.push_back(2); });
    turn(context);
    turn(context);
    BOOST_TEST((ran == std::vector{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(a_context_has_one_mailbox)
{
    boost::asio::io_context context{1};
    BOOST_TEST(&mailbox::of(context) == &mailbox::of(context));
}

BOOST_AUTO_TEST_CASE(a_message_that_throws_does_not_lose_the_others)
{
    boost::asio::io_context context{1};
    int ran = 0;
    auto& box = mailbox::of(context);
    box.post([&] { ++ran; });
    box.post([] { throw std::runtime_error("from a message"); });
    box.post([&] { ++ran; });
    BOOST_CHECK_THROW(turn(context), std::runtime_error);
    BOOST_TEST(ran == 2);
    box.post([&] { ++ran; });
    turn(context);
    BOOST_TEST(ran == 3);
}

BOOST_AUTO_TEST_CASE(an_address_may_outlive_its_mailbox)
{
    const auto held = std::make_shared<int>(0);
    std::optional<boost::asio::io_context> context(std::in_place, 1);
    const auto address = mailbox::of(*context).get_address();
    BOOST_TEST(address.post([held] { BOOST_ERROR("delivered"); }));
    BOOST_TEST(address.post([held] { BOOST_ERROR("delivered"); })); // after another message
    BOOST_TEST(held.use_count() == 3);
    context.reset();
    BOOST_TEST(held.use_count() == 1); // undelivered messages are destroyed
    BOOST_TEST(!address.post([held] { BOOST_ERROR("delivered"); }));
    BOOST_TEST(held.use_count() == 1);
    BOOST_TEST(!mailbox::address().post([] { BOOST_ERROR("delivered"); }));
}

// post() writes to the descriptor that wakes the context, and holds no mutex during the write. The context may end at
// that time, but the descriptor must stay open: otherwise its number may belong to another file. The pipe of this test
// takes such a number and would receive the write. The sanitizers find other errors.
BOOST_AUTO_TEST_CASE(a_context_may_end_while_other_threads_post_to_it)
{
    constexpr int contexts = 200;
    for (int i = 0; i < contexts; ++i) {
        std::optional<boost::asio::io_context> context(std::in_place, BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO);
        const auto address = mailbox::of(*context).get_address();
        std::atomic<int> posted = 0;
        std::atomic<bool> stop = false;
        std::thread other([&] {
            while (!stop) {
                static_cast<void>(address.post([] {})); // post() returns false after the end of the context
                ++posted;
            }
        });
        while (posted == 0) {
        }
        turn(*context);
        context.reset();
        int ends[2];
        BOOST_REQUIRE(::pipe2(ends, O_NONBLOCK) == 0); // gets the lowest free descriptors
        for (const auto before = posted.load(); posted < before + 10;) {
        }
        stop = true;
        other.join();
        char byte = 0;
        BOOST_TEST(::read(ends[0], &byte, 1) < 0);
        ::close(ends[0]);
        ::close(ends[1]);
    }
}

// Each message must wake a sleeping context.
BOOST_AUTO_TEST_CASE(a_message_is_delivered_after_earlier_ones_were_delivered)
{
    boost::asio::io_context context{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
    auto& box = mailbox::of(context);
    const auto address = box.get_address();
    std::atomic<int> ran = 0;
    std::thread other([&] {
        for (int i = 1; i <= 2000; ++i) {
            static_cast<void>(address.post([&, i] { // `ran` counts the delivered messages
                if (++ran == 2000) {
                    context.stop();
                }
                BOOST_CHECK_LE(ran, i);
            }));
            while (i % 2 == 0 && ran < i) { // waits for every second message, so that the context sleeps again
                std::this_thread::yield();
            }
        }
    });
    context.run();
    other.join();
    BOOST_TEST(ran == 2000);
}

BOOST_AUTO_TEST_CASE(any_thread_may_post_and_each_message_runs_once_in_the_contexts_thread)
{
    constexpr int threads = 4;
    constexpr int messages = 2000;
    boost::asio::io_context context{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
    const auto address = mailbox::of(context).get_address();
    std::vector<int> last(threads, -1);
    int ran = 0;
    bool in_order = true;
    std::atomic<bool> all_posted = true;
    std::vector<std::thread> senders;
    for (int sender = 0; sender < threads; ++sender) {
        senders.emplace_back([&, sender] {
            for (int i = 0; i < messages; ++i) {
                const bool posted = address.post([&, sender, i] {
                    auto& before = last[static_cast<std::size_t>(sender)];
                    in_order = in_order && before == i - 1;
                    before = i;
                    if (++ran == threads * messages) {
                        context.stop();
                    }
                });
                all_posted = all_posted && posted;
            }
        });
    }
    context.run();
    for (auto& sender : senders) {
        sender.join();
    }
    BOOST_TEST(ran == threads * messages);
    BOOST_TEST(in_order);
    BOOST_TEST(all_posted);
}

BOOST_AUTO_TEST_SUITE_END()
