#include "sim/cli/sqlite.hpp"

#include <sqlite3.h>

#include "sim/scenario/problem.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {

SqliteDatabase::SqliteDatabase(const std::filesystem::path& file) : file_(file) {
  const int status = sqlite3_open_v2(file_.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  try {
    if (status != SQLITE_OK) fail();
    // Another one that reads or writes it just now is waited for.
    sqlite3_busy_timeout(database_, 10'000);
    execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
  } catch (...) {
    sqlite3_close_v2(database_);
    throw;
  }
}

SqliteDatabase::~SqliteDatabase() {
  sqlite3_close_v2(database_);
}

void SqliteDatabase::execute(const std::string& statements) {
  if (sqlite3_exec(database_, statements.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

std::int64_t SqliteDatabase::last_row_id() const {
  return sqlite3_last_insert_rowid(database_);
}

void SqliteDatabase::fail() const {
  throw OutsideError(OutsideError::Kind::failed,
                     "the database " + printable(file_.string()) + ": " + sqlite3_errmsg(database_));
}

SqliteStatement::SqliteStatement(SqliteDatabase& database, const std::string& text) : database_(database) {
  if (sqlite3_prepare_v2(database_.database_, text.c_str(), -1, &statement_, nullptr) != SQLITE_OK) database_.fail();
}

SqliteStatement::~SqliteStatement() {
  sqlite3_finalize(statement_);
}

SqliteStatement& SqliteStatement::bind(const std::string& text) {
  const auto size = static_cast<sqlite3_uint64>(text.size());
  if (sqlite3_bind_text64(statement_, ++bound_, text.data(), size, SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK) {
    database_.fail();
  }
  return *this;
}

SqliteStatement& SqliteStatement::bind(std::int64_t number) {
  if (sqlite3_bind_int64(statement_, ++bound_, number) != SQLITE_OK) database_.fail();
  return *this;
}

bool SqliteStatement::next_row() {
  const int status = sqlite3_step(statement_);
  if (status != SQLITE_ROW && status != SQLITE_DONE) database_.fail();
  return status == SQLITE_ROW;
}

std::string SqliteStatement::text(int column) const {
  const unsigned char* const text = sqlite3_column_text(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return text ? std::string(text, text + size) : std::string();
}

std::int64_t SqliteStatement::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

SqliteTransaction::~SqliteTransaction() {
  if (!is_open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const OutsideError&) {
    // A transaction that has failed may have been rolled back by itself.
    is_open_ = false;
  }
}

void SqliteTransaction::commit() {
  database_.execute("COMMIT");
  is_open_ = false;
}

}  // namespace snapsim
