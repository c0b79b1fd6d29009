#include "core/offload_jobs.hpp"

#include <atomic>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>
#include <future>
#include <optional>
#include <thread>

BOOST_AUTO_TEST_SUITE(offload_jobs_test)

namespace {

namespace asio = boost::asio;
using rill::detail::offload_job;
using rill::detail::offload_jobs;

struct call final : rill::detail::offloaded_work
{
    void run() override
    {
        running.set_value();
        release.get_future().wait();
        ended = true;
    }

    std::promise<void> running;
    std::promise<void> release;
    std::atomic<bool> ended = false;
};

struct fixture
{
    asio::io_context context;
    offload_jobs& jobs = offload_jobs::of(context);
    asio::thread_pool pool{1};
    call first;
    call second;
    std::optional<rill::error_code> first_result;
    std::optional<rill::error_code> second_result;

    std::shared_ptr<offload_job> make(call& c, std::optional<rill::error_code>& result)
    {
        auto job = std::make_shared<offload_job>(c, jobs, rill::mailbox::of(context).get_address());
        job->handler.emplace([&result](rill::error_code ec) { result = ec; });
        return job;
    }

    void run_until(const std::optional<rill::error_code>& result)
    {
        while (!result) {
            context.run_one();
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_running_job_cannot_be_abandoned, fixture)
{
    const auto job = make(first, first_result);
    jobs.start(job, pool.get_executor());
    first.running.get_future().wait();
    BOOST_TEST(!job->abandon());
    BOOST_TEST(!job->abandoned());
    jobs.cancel(*job, asio::cancellation_type::terminal);
    first.release.set_value();
    run_until(first_result);
    BOOST_TEST(!*first_result);
    BOOST_TEST(first.ended);
}

BOOST_FIXTURE_TEST_CASE(a_waiting_job_is_abandoned_and_completes_from_the_loop, fixture)
{
    jobs.start(make(first, first_result), pool.get_executor());
    const auto job = make(second, second_result);
    jobs.start(job, pool.get_executor());
    jobs.cancel(*job, asio::cancellation_type::none); // a filter has removed all types of the cancellation
    BOOST_TEST(!job->abandoned());
    jobs.cancel(*job, asio::cancellation_type::terminal);
    BOOST_TEST(job->abandoned());
    BOOST_TEST(!second_result);
    run_until(second_result);
    BOOST_TEST((*second_result == asio::error::operation_aborted));
    first.release.set_value();
    run_until(first_result);
    pool.join();
    BOOST_TEST(!second.ended);
}

BOOST_FIXTURE_TEST_CASE(finish_waits_for_the_running_job_and_abandons_the_others, fixture)
{
    jobs.start(make(first, first_result), pool.get_executor());
    const auto waits = make(second, second_result);
    jobs.start(waits, pool.get_executor());
    first.running.get_future().wait();
    std::thread releases([&] {
        while (!waits->abandoned()) {
            std::this_thread::yield();
        }
        first.release.set_value();
    });
    jobs.finish();
    releases.join();
    BOOST_TEST(first.ended);
    BOOST_TEST(!first_result); // completes from the event loop only
    run_until(first_result);
    run_until(second_result);
    BOOST_TEST(!*first_result);
    BOOST_TEST((*second_result == asio::error::operation_aborted));
    pool.join();
    BOOST_TEST(!second.ended);
}

BOOST_AUTO_TEST_SUITE_END()
