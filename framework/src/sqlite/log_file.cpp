#include "sqlite/log_file.hpp"

#include <boost/system/system_error.hpp>
#include <chrono>
#include <rill/sqlite/error.hpp>
#include <thread>

namespace rill::sqlite::detail {

namespace {

constexpr std::uint64_t schema_version = 1;
constexpr const char* application_id = "1919511660"; // "rill" in ASCII

constexpr const char* tables = R"(
    CREATE TABLE event(id INTEGER PRIMARY KEY, topic TEXT NOT NULL, at INTEGER NOT NULL, bytes INTEGER NOT NULL,
        key TEXT, name TEXT, comment TEXT, retry INTEGER, data TEXT);
    CREATE INDEX event_topic ON event(topic, id) WHERE topic <> '';
    CREATE TABLE idempotency(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
    CREATE TABLE rill_log(one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, floor INTEGER NOT NULL,
        last INTEGER NOT NULL, events INTEGER NOT NULL, bytes INTEGER NOT NULL, unsynced INTEGER NOT NULL,
        boot TEXT NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL, origin INTEGER NOT NULL);
    INSERT INTO rill_log VALUES (1, 0, 0, 0, 0, 0, 0, '', 0, 0, 0);
    PRAGMA application_id = 1919511660;
    PRAGMA user_version = 1;
)";

const char* advice_for(int code, database::access access) noexcept
{
    switch (code & 0xff) {
    case SQLITE_CANTOPEN:
        return access == database::access::read ? "the file must exist, and the directory must be readable"
                                                : "the directory must exist, and the process needs the right to write";
    case SQLITE_READONLY:
        return "the process needs the right to write to the file and its directory; read_only opens it without";
    case SQLITE_NOTADB:
        return "the file is not a database; move it away, or choose another file";
    case SQLITE_CORRUPT:
        return "the database is damaged; move it away, or restore a copy";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program has locked the file";
    case SQLITE_FULL:
        return "the disk is full";
    default:
        return "see the error";
    }
}

[[noreturn]] void refuse(const std::string& file, int code, std::string_view why)
{
    throw boost::system::system_error(make_error_code(code), "sqlite log " + file + ": " + std::string(why));
}

// Another process may change the mode at the same time. SQLite then does not wait for the lock.
void use_wal(database& db, std::chrono::milliseconds patience)
{
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
        try {
            if (ask(db, "PRAGMA journal_mode = WAL") != "wal") {
                throw boost::system::system_error(make_error_code(SQLITE_MISUSE));
            }
            return;
        } catch (const boost::system::system_error& e) {
            if ((e.code().value() & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() >= until) {
                throw;
            }
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

} // namespace

log_file::log_file(const backplane_options& options, database::access access, const environment& system)
try : path_(options.file), db_(options.file, access, options.busy_timeout) {
    if (access == database::access::create) {
        if (ask(db_, "PRAGMA journal_mode") != "wal") {
            use_wal(db_, options.busy_timeout);
        }
        db_.run(options.durability == durability::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        create_tables();
    }
    db_.run("PRAGMA wal_autocheckpoint = 0"); // see checkpointer
    identity_ = identity_of(path_);
    if (ask(db_, "PRAGMA application_id") != application_id) {
        refuse(path_, SQLITE_MISMATCH, "the database belongs to another program; choose another file");
    }
    if (const auto version = ask(db_, "PRAGMA user_version"); version != std::to_string(schema_version)) {
        refuse(path_, SQLITE_MISMATCH,
               "the file has version " + version + " of the format, and this program supports version " +
                   std::to_string(schema_version) + "; use a newer version of rill");
    }
    state_ = std::make_unique<state_table>(db_);
    events_ = std::make_unique<event_table>(db_);
    if (access == database::access::create) {
        begin_epoch_if_lost(system);
    }
} catch (const boost::system::system_error& e) {
    if (std::string_view(e.what()).starts_with("sqlite log ")) {
        throw;
    }
    refuse(options.file, e.code().value(), advice_for(e.code().value(), access));
}

// Tables of another program are left alone.
void log_file::create_tables()
{
    if (ask(db_, "PRAGMA user_version") != "0" || ask(db_, "PRAGMA application_id") == application_id) {
        return;
    }
    transaction t(db_, transaction::kind::write);
    if (ask(db_, "SELECT count(*) FROM sqlite_schema") == "0") {
        db_.run(tables);
        t.commit();
    }
}

void log_file::begin_epoch_if_lost(const environment& system)
{
    if (const auto state = state_->read(); state.epoch != 0 && !may_have_lost(state, system.boot, identity_)) {
        return;
    }
    transaction t(db_, transaction::kind::write);
    auto state = state_->read(); // another process may have begun the epoch
    if (state.epoch == 0 || may_have_lost(state, system.boot, identity_)) {
        begin_epoch(state, 0, system.boot, identity_);
        state_->write(state);
        t.commit();
    }
}

bool log_file::is_current() const noexcept
{
    return identity_of(path_) == identity_;
}

void log_file::mark_unsynced(const environment& system)
{
    db_.run("PRAGMA synchronous = FULL");
    {
        transaction t(db_, transaction::kind::write);
        auto state = state_->read();
        state.unsynced = true;
        state.boot = system.boot;
        state.file = identity_;
        state_->write(state);
        t.commit();
    }
    db_.run("PRAGMA synchronous = NORMAL");
}

} // namespace rill::sqlite::detail
