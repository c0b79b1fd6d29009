#include "pubsub/read_queue.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <deque>
#include <string>
#include <thread>
#include <vector>

using rill::pubsub::backplane;
using rill::pubsub::event_draft;
using rill::pubsub::detail::read_queue;

BOOST_AUTO_TEST_SUITE(read_queue_test)

namespace {

/// A log that only reads. The test answers the reads.
struct reading_log final : backplane
{
    std::deque<past_read> asked;
    std::string started; ///< the ids of the reads, in order
    bool at_once = false;

    rill::result<rill::pubsub::log_id> append(event_draft, const append_options&, appended) override
    {
        return tl::unexpected(make_error_code(rill::error::log_unavailable));
    }
    void tail(reader&, const tail_options&) override {}
    void stop(reader&) override {}
    void read_after(read_request request, past_read done) override
    {
        started.append(started.empty() ? "" : " ").append(request.after);
        if (at_once) {
            done(page());
        } else {
            asked.push_back(std::move(done));
        }
    }
    void answer(std::size_t which = 0)
    {
        const auto done = std::move(asked[which]);
        asked.erase(asked.begin() + static_cast<std::ptrdiff_t>(which));
        done(page());
    }
};

struct stage
{
    reading_log log;
    std::shared_ptr<read_queue> queue;
    std::shared_ptr<int> owner = std::make_shared<int>();
    std::string answered;

    explicit stage(std::size_t max_reads) : queue(std::make_shared<read_queue>(log, max_reads)) {}
    void read(const std::string& id, const std::shared_ptr<int>& of)
    {
        queue->read({.after = id}, of, [this, id](const rill::result<backplane::page>& page) {
            answered.append(answered.empty() ? "" : " ").append(page ? id : "error");
        });
    }
    void read(const std::string& id) { read(id, owner); }
};

} // namespace

BOOST_AUTO_TEST_CASE(further_reads_wait_in_order)
{
    stage s(2);
    for (const auto* id : {"a", "b", "c", "d", "e"}) {
        s.read(id);
    }
    BOOST_TEST(s.log.started == "a b");
    s.log.answer(1);
    BOOST_TEST(s.log.started == "a b c");
    BOOST_TEST(s.answered == "b");
    s.log.answer();
    s.log.answer();
    BOOST_TEST(s.log.started == "a b c d e");
    s.log.answer();
    s.log.answer();
    BOOST_TEST(s.answered == "b a c d e");
    s.read("f"); // all places are free again
    s.read("g");
    s.read("h");
    BOOST_TEST(s.log.started == "a b c d e f g");
}

BOOST_AUTO_TEST_CASE(a_read_whose_owner_is_gone_is_not_started)
{
    stage s(1);
    const auto used = std::make_shared<int>();
    auto gone = std::make_shared<int>();
    s.read("a");
    s.queue->read({.after = "b"}, gone, [used](const rill::result<backplane::page>&) { BOOST_ERROR("called"); });
    s.read("c");
    gone.reset();
    s.log.answer();
    BOOST_TEST(s.log.started == "a c");
    BOOST_TEST(used.use_count() == 1);
    s.log.answer();
    BOOST_TEST(s.answered == "a c");
}

// Each answer starts the next read, which is answered at once. The depth of the stack must not depend on their number.
BOOST_AUTO_TEST_CASE(answers_inside_the_read)
{
    constexpr int reads = 100'000;
    stage s(1);
    int answers = 0;
    for (int i = 0; i != reads; ++i) {
        s.queue->read({}, s.owner, [&](const rill::result<backplane::page>&) { ++answers; });
    }
    BOOST_TEST(s.log.asked.size() == 1U);
    s.log.at_once = true;
    s.log.answer();
    BOOST_TEST(answers == reads);
}

BOOST_AUTO_TEST_CASE(an_answer_may_read_again)
{
    stage s(1);
    s.queue->read({.after = "a"}, s.owner, [&](const rill::result<backplane::page>&) { s.read("b"); });
    s.read("c");
    s.log.answer();
    s.log.answer();
    s.log.answer();
    BOOST_TEST(s.log.started == "a c b");
    BOOST_TEST(s.answered == "c b");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_destroyed_ends_its_read)
{
    stage s(1);
    const auto used = std::make_shared<int>();
    s.queue->read({.after = "a"}, s.owner, [used](const rill::result<backplane::page>&) { BOOST_ERROR("called"); });
    s.read("b");
    std::exchange(s.log.asked, {}).clear();
    BOOST_TEST(used.use_count() == 1);
    BOOST_TEST(s.log.started == "a b");
    s.log.answer();
    BOOST_TEST(s.answered == "b");
}

BOOST_AUTO_TEST_CASE(an_answer_may_arrive_after_the_queue_has_ended)
{
    stage s(1);
    s.read("a");
    s.read("b");
    s.queue.reset();
    s.log.answer();
    BOOST_TEST(s.answered == "a");
    BOOST_TEST(s.log.started == "a");
}

namespace {

/// A log whose threads answer the reads.
struct threaded_log final : backplane
{
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<past_read> asked;
    std::size_t active = 0;
    std::size_t most_active = 0;
    bool stopped = false;
    std::vector<std::thread> threads;

    threaded_log()
    {
        for (int i = 0; i != 2; ++i) {
            threads.emplace_back([this] { serve(); });
        }
    }
    void join()
    {
        {
            const std::lock_guard lock(mutex);
            stopped = true;
        }
        changed.notify_all();
        for (auto& thread : threads) {
            thread.join();
        }
    }
    void serve()
    {
        for (std::unique_lock lock(mutex);;) {
            changed.wait(lock, [this] { return stopped || !asked.empty(); });
            if (asked.empty()) {
                return;
            }
            const auto done = std::move(asked.front());
            asked.pop_front();
            --active;
            lock.unlock();
            done(page());
            lock.lock();
        }
    }
    rill::result<rill::pubsub::log_id> append(event_draft, const append_options&, appended) override { return {}; }
    void tail(reader&, const tail_options&) override {}
    void stop(reader&) override {}
    void read_after(read_request, past_read done) override
    {
        {
            const std::lock_guard lock(mutex);
            asked.push_back(std::move(done));
            most_active = std::max(most_active, ++active);
        }
        changed.notify_one();
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(reads_and_answers_of_several_threads)
{
    constexpr int reads_per_thread = 500;
    threaded_log log;
    const auto queue = std::make_shared<read_queue>(log, 3);
    const auto owner = std::make_shared<int>();
    std::atomic<int> answers{0};
    std::vector<std::thread> readers;
    for (int t = 0; t != 2; ++t) {
        readers.emplace_back([&] {
            for (int i = 0; i != reads_per_thread; ++i) {
                queue->read({}, owner, [&](const rill::result<backplane::page>&) { ++answers; });
            }
        });
    }
    for (auto& thread : readers) {
        thread.join();
    }
    while (answers != 2 * reads_per_thread) { // a lost read lets the test time out
        std::this_thread::yield();
    }
    log.join();
    BOOST_TEST(log.most_active <= 3U);
    BOOST_TEST(log.most_active >= 1U);
}

BOOST_AUTO_TEST_SUITE_END()
