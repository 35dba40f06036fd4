#include "fake_glance/http/catalogue_db.hpp"

#include <sqlite3.h>
#include <stdexcept>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "fake_glance/http/python_text.hpp"

namespace snapsim {
namespace {

constexpr const char* upsert =
    "INSERT INTO images (id, created_at_us, document) VALUES (?1, ?2, ?3) "
    "ON CONFLICT (id) DO UPDATE SET document = excluded.document";

OrderedJson nullable(const std::optional<std::string>& text) {
  return text ? OrderedJson(*text) : OrderedJson(nullptr);
}

std::optional<std::string> optional_text(const OrderedJson& document, const char* name) {
  const OrderedJson& found = document.at(name);
  return found.is_null() ? std::nullopt : std::optional(found.get<std::string>());
}

std::string document_of(const ImageDescription& row, const ImageRecord& record) {
  OrderedJson out;
  const bool are_flow_formats = record.has_formats && !row.disk_format;
  out["status"] = to_string(record.status);
  out["size"] = record.size_bytes;
  out["name"] = nullable(row.name);
  out["owner"] = nullable(row.owner);
  out["visibility"] = row.visibility;
  out["protected"] = row.is_protected;
  out["os_hidden"] = row.os_hidden;
  out["min_disk"] = row.min_disk_gb;
  out["min_ram"] = row.min_ram_mb;
  out["disk_format"] =
      are_flow_formats ? OrderedJson(std::string(to_string(record.disk_format))) : nullable(row.disk_format);
  out["container_format"] = are_flow_formats ? OrderedJson("bare") : nullable(row.container_format);
  out["properties"] = OrderedJson::array();
  for (const auto& [name, value] : row.properties) out["properties"].push_back({name, value});
  out["tags"] = row.tags;
  out["members"] = OrderedJson::array();
  for (const ImageMember& member : row.members) {
    out["members"].push_back({member.member_id, member.status, member.created_at_us, member.updated_at_us});
  }
  for (const ImageTask& task : row.tasks) out["tasks"].push_back(kept_task(task));
  out["updated_at_us"] = row.updated_at_us;
  if (row.hashes) out["hashes"] = {row.hashes->checksum, row.hashes->os_hash_value};
  if (row.virtual_size) out["virtual_size"] = *row.virtual_size;
  return out.dump();
}

/// The inverse of document_of. Throws nlohmann::json::exception where the document is none of ours.
std::pair<ImageDescription, ImageRecord> parsed_document(const std::string& text) {
  const OrderedJson document = OrderedJson::parse(text);
  ImageDescription row;
  ImageRecord record;
  record.status = image_status_from(document.at("status").get<std::string>()).value_or(ImageStatus::queued);
  record.size_bytes = document.at("size").get<std::int64_t>();
  row.name = optional_text(document, "name");
  row.owner = optional_text(document, "owner");
  row.visibility = document.at("visibility").get<std::string>();
  row.is_protected = document.at("protected").get<bool>();
  row.os_hidden = document.at("os_hidden").get<bool>();
  row.min_disk_gb = document.at("min_disk").get<std::int64_t>();
  row.min_ram_mb = document.at("min_ram").get<std::int64_t>();
  row.disk_format = optional_text(document, "disk_format");
  row.container_format = optional_text(document, "container_format");
  record.has_formats = row.disk_format && row.container_format;
  for (const OrderedJson& one : document.at("properties")) {
    row.properties.emplace_back(one.at(0).get<std::string>(), one.at(1).get<std::string>());
  }
  row.tags = document.at("tags").get<std::vector<std::string>>();
  for (const OrderedJson& one : document.at("members")) {
    row.members.push_back({one.at(0).get<std::string>(), one.at(1).get<std::string>(), one.at(2).get<std::int64_t>(),
                           one.at(3).get<std::int64_t>()});
  }
  // Documents of earlier versions have none.
  if (document.contains("tasks")) {
    for (const OrderedJson& one : document["tasks"]) row.tasks.push_back(task_from(one));
  }
  row.updated_at_us = document.at("updated_at_us").get<std::int64_t>();
  if (document.contains("hashes")) {
    row.hashes = ImageHashes{document["hashes"].at(0).get<std::string>(), document["hashes"].at(1).get<std::string>()};
  }
  if (document.contains("virtual_size")) row.virtual_size = document["virtual_size"].get<std::int64_t>();
  return {std::move(row), std::move(record)};
}

/// A prepared statement.
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using PreparedStatement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

PreparedStatement prepared(sqlite3* database, const char* text) {
  sqlite3_stmt* made = nullptr;
  if (sqlite3_prepare_v2(database, text, -1, &made, nullptr) != SQLITE_OK) {
    throw std::runtime_error(std::string("the catalogue's database: ") + sqlite3_errmsg(database));
  }
  return PreparedStatement(made);
}

std::string column_text(sqlite3_stmt* statement, int column) {
  const unsigned char* text = sqlite3_column_text(statement, column);
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
}

void bind_document(sqlite3_stmt* statement, int parameter, const std::string& document) {
  sqlite3_bind_text(statement, parameter, document.data(), static_cast<int>(document.size()), SQLITE_STATIC);
}

}  // namespace

void CatalogueDb::CloseDatabase::operator()(sqlite3* database) const {
  sqlite3_close(database);
}

CatalogueDb::CatalogueDb(const std::filesystem::path& path) {
  sqlite3* opened = nullptr;
  const int failed = sqlite3_open(path.c_str(), &opened);
  database_.reset(opened);
  if (failed != SQLITE_OK) throw std::runtime_error("cannot open " + path.string() + ": " + sqlite3_errmsg(opened));
  // NORMAL: a change is in the file before its answer, so that no killed server loses it; that the power does not fail
  // is what image data relies on as well. Exclusive: two servers in one folder would each miss what the other changes.
  const bool is_ready = execute("PRAGMA locking_mode = EXCLUSIVE") && execute("PRAGMA journal_mode = WAL") &&
                        execute("PRAGMA synchronous = NORMAL") &&
                        execute(
                            "CREATE TABLE IF NOT EXISTS images (id TEXT PRIMARY KEY, created_at_us INTEGER NOT "
                            "NULL, document TEXT) WITHOUT ROWID") &&
                        execute(
                            "CREATE TABLE IF NOT EXISTS metadefs (key TEXT PRIMARY KEY, document TEXT NOT NULL) "
                            "WITHOUT ROWID");
  if (!is_ready) {
    throw std::runtime_error("cannot use " + path.string() + ": " + sqlite3_errmsg(opened) +
                             "; is another server running on that folder?");
  }
  writer_ = std::thread([this] { write_changes(); });
}

CatalogueDb::~CatalogueDb() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  wake_.notify_all();
  writer_.join();
}

bool CatalogueDb::execute(const char* statement) {
  return sqlite3_exec(database_.get(), statement, nullptr, nullptr, nullptr) == SQLITE_OK;
}

void CatalogueDb::load(Glance& glance, Catalogue& catalogue) {
  const PreparedStatement select =
      prepared(database_.get(), "SELECT id, created_at_us, document FROM images ORDER BY created_at_us");
  while (sqlite3_step(select.get()) == SQLITE_ROW) {
    const std::string uuid = column_text(select.get(), 0);
    const std::string document = column_text(select.get(), 2);
    if (document.empty()) {
      catalogue.restore_deleted(uuid);
      continue;
    }
    auto [row, record] = parsed_document(document);
    row.uuid = uuid;
    row.created_at_us = sqlite3_column_int64(select.get(), 1);
    const ImageId image = glance.restore(std::move(record));
    catalogue.restore(image, std::move(row));
  }
}

void CatalogueDb::load_metadefs(MetadefStore& metadefs) {
  const PreparedStatement select = prepared(database_.get(), "SELECT key, document FROM metadefs");
  while (sqlite3_step(select.get()) == SQLITE_ROW) {
    metadefs.restore(column_text(select.get(), 0), column_text(select.get(), 1));
  }
  metadefs.keep_in(this);
}

void CatalogueDb::keep(ImageId image, const ImageDescription& row, const ImageRecord& record) {
  KeptRow kept{row.uuid, row.created_at_us, {}};
  if (record.status != ImageStatus::deleted) kept.document = document_of(row, record);
  {
    const std::lock_guard lock(mutex_);
    pending_.images[image.value] = std::move(kept);
    ++said_;
  }
  wake_.notify_one();
}

void CatalogueDb::keep_metadefs(const std::string& key, std::string document) {
  {
    const std::lock_guard lock(mutex_);
    pending_.metadefs[key] = std::move(document);
    ++said_;
  }
  wake_.notify_one();
}

std::uint64_t CatalogueDb::last_change() {
  const std::lock_guard lock(mutex_);
  return said_;
}

bool CatalogueDb::wait_until_durable(std::uint64_t change) {
  std::unique_lock lock(mutex_);
  written_.wait(lock, [&] { return durable_ >= change; });
  return failed_ < change;
}

void CatalogueDb::write_changes() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return !pending_.empty() || is_ending_; });
    if (pending_.empty()) return;
    const Changes batch = std::exchange(pending_, {});
    const std::uint64_t upto = said_;
    lock.unlock();
    const bool is_written = write_batch(batch);
    lock.lock();
    durable_ = upto;
    if (!is_written) failed_ = upto;
    written_.notify_all();
  }
}

bool CatalogueDb::write_batch(const Changes& batch) {
  if (!execute("BEGIN")) return false;
  if (write_images(batch.images) && write_metadefs(batch.metadefs) && execute("COMMIT")) return true;
  execute("ROLLBACK");
  return false;
}

bool CatalogueDb::write_images(const std::map<std::uint32_t, KeptRow>& images) {
  if (images.empty()) return true;
  bool is_good = true;
  const PreparedStatement statement = prepared(database_.get(), upsert);
  for (const auto& [image, row] : images) {
    sqlite3_bind_text(statement.get(), 1, row.uuid.c_str(), -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement.get(), 2, row.created_at_us);
    if (row.document.empty()) {
      sqlite3_bind_null(statement.get(), 3);
    } else {
      bind_document(statement.get(), 3, row.document);
    }
    is_good = is_good && sqlite3_step(statement.get()) == SQLITE_DONE;
    sqlite3_reset(statement.get());
  }
  return is_good;
}

bool CatalogueDb::write_metadefs(const std::map<std::string, std::string>& metadefs) {
  if (metadefs.empty()) return true;
  bool is_good = true;
  const PreparedStatement put = prepared(database_.get(), "REPLACE INTO metadefs (key, document) VALUES (?1, ?2)");
  const PreparedStatement remove = prepared(database_.get(), "DELETE FROM metadefs WHERE key = ?1");
  for (const auto& [key, document] : metadefs) {
    sqlite3_stmt* statement = document.empty() ? remove.get() : put.get();
    sqlite3_bind_text(statement, 1, key.c_str(), -1, SQLITE_STATIC);
    if (!document.empty()) bind_document(statement, 2, document);
    is_good = is_good && sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_reset(statement);
  }
  return is_good;
}

}  // namespace snapsim
