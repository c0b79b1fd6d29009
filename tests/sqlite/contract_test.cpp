// The contract of backplanes with a real file and its faults.

#include "log_fixture.hpp"
#include <atomic>
#include <rill/testing/backplane_contract.hpp>
#include <thread>

#include "sqlite/database.hpp"

using namespace std::chrono_literals;
using rill::sqlite::detail::database;

BOOST_AUTO_TEST_SUITE(sqlite_contract_test)

namespace {

/// A file for the contract. Each log has its own file.
class stage
{
public:
    stage() = default;
    stage(const stage&) = delete;
    stage& operator=(const stage&) = delete;
    ~stage() { end_faults(); }

    void create()
    {
        end_faults();
        file_ = files_.file("log" + std::to_string(++logs_) + ".db");
    }
    std::shared_ptr<rill::sqlite::backplane> open() const
    {
        return std::make_shared<rill::sqlite::backplane>(
            rill::sqlite::backplane_options{.file = file_, .busy_timeout = 300ms});
    }

    void lock()
    {
        locked_ = std::make_unique<database>(file_, database::access::write, 10s);
        locked_->run("BEGIN IMMEDIATE");
    }
    void unlock() { locked_.reset(); }

    /// Another connection holds the lock for most of the time.
    void slow()
    {
        is_slow_ = true;
        brake_ = std::thread([this] {
            while (is_slow_) {
                lock();
                std::this_thread::sleep_for(20ms);
                unlock();
                std::this_thread::sleep_for(5ms);
            }
        });
    }
    void fast()
    {
        is_slow_ = false;
        if (brake_.joinable()) {
            brake_.join();
        }
    }

    void save()
    {
        saved_ = number("SELECT last FROM rill_log");
        saved_events_ = number("SELECT events FROM rill_log");
    }
    /// Leaves the file as a power loss does: without the newest transactions, and with the ID of an earlier boot.
    void lose_tail()
    {
        const auto last = std::to_string(saved_);
        run("BEGIN IMMEDIATE; DELETE FROM event WHERE id > " + last + "; DELETE FROM idempotency WHERE id > " + last +
            "; UPDATE rill_log SET last = " + last + ", events = " + std::to_string(saved_events_) +
            ", boot = 'an earlier boot', unsynced = 1; COMMIT");
    }
    /// Removes events as the log itself does.
    void trim(std::size_t keep)
    {
        const auto until = std::to_string(number("SELECT last FROM rill_log") - keep);
        run("BEGIN IMMEDIATE; DELETE FROM event WHERE id <= " + until + "; UPDATE rill_log SET floor = max(floor, " +
            until +
            "), events = (SELECT count(*) FROM event), bytes = (SELECT coalesce(sum(bytes), 0) FROM event); COMMIT");
    }

private:
    void end_faults()
    {
        fast();
        unlock();
    }
    void run(const std::string& sql) { database(file_, database::access::write, 10s).run(sql.c_str()); }
    std::uint64_t number(const char* sql)
    {
        database db(file_, database::access::read, 10s);
        rill::sqlite::detail::statement query(db, sql);
        BOOST_REQUIRE(query.step());
        return query.number(0);
    }

    temporary_directory files_;
    std::string file_;
    unsigned logs_ = 0;
    std::unique_ptr<database> locked_;
    std::atomic<bool> is_slow_{false};
    std::thread brake_;
    std::uint64_t saved_ = 0;
    std::uint64_t saved_events_ = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(the_log_meets_the_contract)
{
    stage file;
    rill::testing::backplane_fixture fixture;
    fixture.create = [&] { file.create(); };
    fixture.open = [&] { return file.open(); };
    fixture.interrupt = [&] { file.lock(); };
    fixture.restore = [&] { file.unlock(); };
    fixture.slow = [&] { file.slow(); };
    fixture.fast = [&] { file.fast(); };
    fixture.trim = [&](std::size_t keep) { file.trim(keep); };
    fixture.save = [&] { file.save(); };
    fixture.lose_tail = [&] { file.lose_tail(); };
    fixture.patience = 30s;
    const auto report = rill::testing::run_backplane_contract(fixture);
    BOOST_TEST_MESSAGE(report.text());
    BOOST_TEST(report.ok(), report.text());
    BOOST_TEST(report.skipped.empty(), report.text());
}

BOOST_AUTO_TEST_SUITE_END()
