#include <rill/http/shared_chunk.hpp>

#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>
#include <vector>

using rill::shared_chunk;

BOOST_AUTO_TEST_SUITE(shared_chunk_test)

BOOST_AUTO_TEST_CASE(an_empty_chunk)
{
    const shared_chunk none;
    BOOST_TEST(!none);
    BOOST_TEST(none.bytes() == "");
    BOOST_TEST(none.chunk() == "");
    BOOST_TEST(!shared_chunk::copy_of("")); // an empty chunk would end the body
}

BOOST_AUTO_TEST_CASE(bytes_without_and_with_chunk_framing)
{
    const auto small = shared_chunk::copy_of("data: x\n\n");
    BOOST_TEST(small.bytes() == "data: x\n\n");
    BOOST_TEST(small.chunk() == "9\r\ndata: x\n\n\r\n");
    for (const std::size_t size : {1, 15, 16, 255, 256, 4095, 4096, 70'000}) {
        const std::string text(size, 'x');
        char head[16];
        const auto length = std::snprintf(head, sizeof head, "%zx\r\n", size);
        const auto chunk = shared_chunk::copy_of(text);
        BOOST_TEST(chunk.bytes() == text);
        BOOST_TEST(chunk.chunk() == std::string(head, static_cast<std::size_t>(length)) + text + "\r\n");
    }
}

BOOST_AUTO_TEST_CASE(copies_share_the_bytes)
{
    auto first = shared_chunk::copy_of("x");
    const auto second = first;
    BOOST_TEST((second.bytes().data() == first.bytes().data()));
    const auto moved = std::move(first);
    BOOST_TEST((moved.bytes().data() == second.bytes().data()));
    BOOST_TEST(!first); // NOLINT: moved from on purpose
    first = second;
    first = shared_chunk::copy_of("y");
    BOOST_TEST(first.bytes() == "y");
    BOOST_TEST(second.bytes() == "x");
    auto& same = first;
    first = same;
    BOOST_TEST(first.bytes() == "y");
}

BOOST_AUTO_TEST_CASE(any_thread_may_copy_and_destroy)
{
    auto chunk = shared_chunk::copy_of("shared");
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([chunk] {
            for (int n = 0; n < 10'000; ++n) {
                const auto copy = chunk;
                if (copy.bytes() != "shared") {
                    std::abort();
                }
            }
        });
    }
    chunk = {};
    for (auto& thread : threads) {
        thread.join();
    }
}

BOOST_AUTO_TEST_SUITE_END()
