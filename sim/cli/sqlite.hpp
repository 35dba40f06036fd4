#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace snapsim {

/// An SQLite database in a file. Whatever fails throws OutsideError, which names the file.
class SqliteDatabase {
 public:
  /// Opens the file, made where it is missing. Its journal is a write-ahead log: a program that is killed loses its
  /// last transaction, no more.
  explicit SqliteDatabase(const std::filesystem::path& file);
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;
  ~SqliteDatabase();

  /// Executes statements that give no rows.
  void execute(const std::string& statements);
  std::int64_t last_row_id() const;

 private:
  friend class SqliteStatement;
  [[noreturn]] void fail() const;

  std::filesystem::path file_;
  sqlite3* database_ = nullptr;
};

/// One prepared statement. Values are bound in order, then rows are read.
class SqliteStatement {
 public:
  /// `database` must outlive the statement.
  SqliteStatement(SqliteDatabase& database, const std::string& text);
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  ~SqliteStatement();

  SqliteStatement& bind(const std::string& text);
  SqliteStatement& bind(std::int64_t number);
  /// Goes to the next row; false: there is none.
  bool next_row();
  /// For statements that give no rows.
  void run() { next_row(); }
  std::string text(int column) const;
  std::int64_t number(int column) const;

 private:
  SqliteDatabase& database_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

/// A transaction: what was written since is undone, unless it was committed.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(SqliteDatabase& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;
  ~SqliteTransaction();

  void commit();

 private:
  SqliteDatabase& database_;
  bool is_open_ = true;
};

}  // namespace snapsim
