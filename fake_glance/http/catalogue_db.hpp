#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "fake_glance/http/catalogue.hpp"
#include "fake_glance/http/metadef_store.hpp"

struct sqlite3;

namespace snapsim {

/// The rows of a Catalogue and the metadata definitions in an SQLite database, which holds what was answered even after
/// a power cut. One thread writes: what several clients change meanwhile goes to the disk in one transaction.
class CatalogueDb final : public CatalogueKeeper, public MetadefKeeper {
 public:
  /// Opens or makes the database. Throws std::runtime_error where that is impossible, or where another process has it.
  explicit CatalogueDb(const std::filesystem::path& path);
  ~CatalogueDb() override;

  /// Gives what an earlier process kept back to a Glance and its catalogue, in the order of creation.
  void load(Glance& glance, Catalogue& catalogue);
  /// Gives the metadata definitions of an earlier process back, and keeps from now on what that store says.
  void load_metadefs(MetadefStore& metadefs);

  void keep(ImageId image, const ImageDescription& row, const ImageRecord& record) override;
  void keep_metadefs(const std::string& key, std::string document) override;
  /// The number of changes said so far.
  std::uint64_t last_change();
  /// Returns when that many changes are durable. False: they could not be written (the disk is full, for example).
  bool wait_until_durable(std::uint64_t change);

 private:
  struct CloseDatabase {
    void operator()(sqlite3* database) const;
  };
  struct KeptRow {
    std::string uuid;
    std::int64_t created_at_us = 0;
    std::string document;  ///< empty: the image is deleted
  };

  /// What has changed and is not in the database yet.
  struct Changes {
    std::map<std::uint32_t, KeptRow> images;      ///< by ImageId
    std::map<std::string, std::string> metadefs;  ///< documents by their keys; an empty one is to go
    bool empty() const { return images.empty() && metadefs.empty(); }
  };

  void write_changes();
  /// True if the whole batch is in the database.
  bool write_batch(const Changes& batch);
  bool write_images(const std::map<std::uint32_t, KeptRow>& images);
  bool write_metadefs(const std::map<std::string, std::string>& metadefs);
  bool execute(const char* statement);

  std::unique_ptr<sqlite3, CloseDatabase> database_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable written_;
  Changes pending_;
  std::uint64_t said_ = 0;
  std::uint64_t durable_ = 0;
  std::uint64_t failed_ = 0;  ///< changes up to this one include some that could not be written
  bool is_ending_ = false;
  std::thread writer_;
};

}  // namespace snapsim
