#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <type_traits>
#include <utility>

#include "history/publishers.hpp"
#include "history/streams.hpp"

namespace history {

/// The publishers and the streams, in a thread of their own.
class client_loop
{
public:
    client_loop() : work_(context_->get_executor()), thread_([this] { context_->run(); }) {}
    client_loop(const client_loop&) = delete;
    client_loop& operator=(const client_loop&) = delete;
    ~client_loop()
    {
        context_->stop();
        thread_.join();
        context_.reset(); // destroys coroutines that refer to the other members
    }

    void create(publisher_options options)
    {
        call([&] { publishers_ = std::make_unique<history::publishers>(*context_, std::move(options)); });
    }
    void create(stream_options options)
    {
        call([&] { streams_ = std::make_unique<history::streams>(*context_, std::move(options)); });
    }

    /// Calls the function in the thread of the loop, and returns its result.
    template <class F>
    std::invoke_result_t<F> call(F f)
    {
        std::packaged_task<std::invoke_result_t<F>()> task(std::move(f));
        auto result = task.get_future();
        boost::asio::post(*context_, [&task] { task(); });
        return result.get();
    }

    /// Waits until the condition holds in the thread of the loop.
    /// @return false after this time
    template <class F>
    bool wait_until(const F& holds, std::chrono::milliseconds time)
    {
        const auto deadline = std::chrono::steady_clock::now() + time;
        while (!call([&] { return holds(); })) {
            if (std::chrono::steady_clock::now() > deadline) {
                return false;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return true;
    }

    // Use these only in the thread of the loop.
    history::publishers& publishers() { return *publishers_; }
    history::streams& streams() { return *streams_; }
    boost::asio::io_context& context() { return *context_; }

private:
    std::unique_ptr<history::publishers> publishers_;
    std::unique_ptr<history::streams> streams_;
    std::unique_ptr<boost::asio::io_context> context_ = std::make_unique<boost::asio::io_context>(1);
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

} // namespace history
