#include "sqlite/database.hpp"

#include <boost/system/system_error.hpp>
#include <rill/sqlite/error.hpp>
#include <thread>

namespace rill::sqlite::detail {

namespace {

[[noreturn]] void fail(int code)
{
    throw boost::system::system_error(make_error_code(code));
}

int flags_of(database::access wanted) noexcept
{
    switch (wanted) {
    case database::access::create:
        return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case database::access::write:
        return SQLITE_OPEN_READWRITE;
    case database::access::read:
        break;
    }
    return SQLITE_OPEN_READONLY;
}

} // namespace

database::database(const std::string& file, access wanted, std::chrono::milliseconds busy_timeout)
    : busy_(std::make_unique<busy_wait>())
{
    busy_->limit = busy_timeout;
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &handle, flags_of(wanted) | SQLITE_OPEN_NOMUTEX, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) {
        fail(handle == nullptr ? code : sqlite3_extended_errcode(handle));
    }
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_handler(handle, &database::wait, busy_.get());
}

// The handler of SQLite itself waits up to 100 ms between two attempts. Other processes hold the lock for less than a
// millisecond, so these pauses are shorter.
int database::wait(void* argument, int earlier_calls) noexcept
{
    auto& busy = *static_cast<busy_wait*>(argument);
    const auto now = std::chrono::steady_clock::now();
    if (earlier_calls == 0) {
        busy.since = now;
    }
    if (now - busy.since >= busy.limit) {
        return 0;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(earlier_calls < 20 ? 100 : 1'000));
    return 1;
}

void database::run(const char* sql)
{
    const int code = sqlite3_exec(get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        fail(code);
    }
}

statement::statement(database& db, const char* sql)
{
    sqlite3_stmt* handle = nullptr;
    const int code = sqlite3_prepare_v3(db.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    handle_.reset(handle);
    check(code);
}

void statement::check(int code) const
{
    if (code != SQLITE_OK) {
        fail(code);
    }
}

statement& statement::bind(int at, std::uint64_t value)
{
    check(sqlite3_bind_int64(handle_.get(), at, static_cast<sqlite3_int64>(value)));
    return *this;
}

statement& statement::bind(int at, std::string_view text)
{
    const char* data = text.data() == nullptr ? "" : text.data(); // a null pointer would bind NULL
    check(sqlite3_bind_text64(handle_.get(), at, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

statement& statement::bind_null(int at)
{
    check(sqlite3_bind_null(handle_.get(), at));
    return *this;
}

bool statement::step()
{
    const int code = sqlite3_step(handle_.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        fail(code);
    }
    return code == SQLITE_ROW;
}

std::uint64_t statement::number(int column) const noexcept
{
    return static_cast<std::uint64_t>(sqlite3_column_int64(handle_.get(), column));
}

std::string_view statement::text(int column) const noexcept
{
    const auto* text = sqlite3_column_blob(handle_.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return {static_cast<const char*>(text), text == nullptr ? 0 : size};
}

transaction::transaction(database& db, kind k) : db_(db)
{
    db_.run(k == kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

void transaction::undo() noexcept
{
    if (!db_.is_idle()) {
        sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

void transaction::commit()
{
    db_.run("COMMIT");
}

std::string ask(database& db, const char* sql)
{
    statement question(db, sql);
    return question.step() ? std::string(question.text(0)) : std::string();
}

} // namespace rill::sqlite::detail
