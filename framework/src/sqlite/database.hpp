#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace rill::sqlite::detail {

/// A connection to a database. One thread at a time may use it.
///
/// The functions of the classes in this file throw boost::system::system_error with a code of error_category(). The
/// threads of the log catch it in one place, and undo the transaction there.
class database
{
public:
    enum class access : unsigned char
    {
        create, ///< reads and writes; creates a missing file
        write,  ///< reads and writes
        read,
    };

    /// @param busy_timeout  how long an operation waits for locks of other connections
    database(const std::string& file, access wanted, std::chrono::milliseconds busy_timeout);

    sqlite3* get() const noexcept { return handle_.get(); }
    void run(const char* sql);
    /// Whether no transaction is active.
    bool is_idle() const noexcept { return sqlite3_get_autocommit(get()) != 0; }

private:
    struct busy_wait
    {
        std::chrono::milliseconds limit{};
        std::chrono::steady_clock::time_point since{};
    };
    struct closer
    {
        void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
    };
    static int wait(void* argument, int earlier_calls) noexcept;

    std::unique_ptr<busy_wait> busy_;
    std::unique_ptr<sqlite3, closer> handle_;
};

/// A prepared statement.
class statement
{
public:
    statement(database& db, const char* sql);

    /// Parameters count from 1. A text must live until the statement is reset.
    statement& bind(int at, std::uint64_t value);
    statement& bind(int at, std::string_view text);
    statement& bind_null(int at);
    /// @return whether there is a row
    bool step();
    void reset() noexcept { sqlite3_reset(handle_.get()); }

    /// Columns count from 0. A text is valid until the next step().
    std::uint64_t number(int column) const noexcept;
    std::string_view text(int column) const noexcept;
    bool is_null(int column) const noexcept { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

private:
    struct finalizer
    {
        void operator()(sqlite3_stmt* handle) const noexcept { sqlite3_finalize(handle); }
    };
    void check(int code) const;

    std::unique_ptr<sqlite3_stmt, finalizer> handle_;
};

/// Resets a statement at the end of the scope. A statement that is not reset keeps its read transaction open.
class execution
{
public:
    explicit execution(statement& s) noexcept : statement_(s) {}
    execution(const execution&) = delete;
    execution& operator=(const execution&) = delete;
    ~execution() { statement_.reset(); }

    statement* operator->() const noexcept { return &statement_; }
    statement& operator*() const noexcept { return statement_; }

private:
    statement& statement_;
};

/// A transaction. Its destructor undoes it unless commit() was called.
class transaction
{
public:
    enum class kind : unsigned char
    {
        read,
        write, ///< takes the write lock at once
    };

    transaction(database& db, kind k);
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    ~transaction() { undo(); }

    void commit();
    void undo() noexcept;

private:
    database& db_;
};

/// Runs a statement without parameters, and returns the first column of its first row.
std::string ask(database& db, const char* sql);

} // namespace rill::sqlite::detail
