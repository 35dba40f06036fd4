#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fake_glance/http/python_text.hpp"

namespace snapsim {

/// An object, a property, a tag or a resource type's association of a namespace, or a resource type itself
/// (glance/db/sqlalchemy/models_metadef.py).
struct MetadefItem {
  std::string name;
  OrderedJson document = OrderedJson::object();  ///< what else was said of it, as the API shows it
  std::int64_t created_at_us = 0;
  std::int64_t updated_at_us = 0;
};
using MetadefItems = std::vector<MetadefItem>;

/// The item of that name, or null. Names differ where a letter's case does, as they do with Glance on SQLite.
MetadefItem* find_metadef(MetadefItems& items, std::string_view name);

/// A namespace of metadata definitions, with all that is in it, each in the order in which it was made.
struct MetadefNamespace {
  std::uint64_t number = 0;  ///< the store's own name for it, which stays when the namespace is renamed
  std::string name;
  std::optional<std::string> display_name;
  std::optional<std::string> description;
  std::string owner;
  std::string visibility = "private";
  bool is_protected = false;
  std::int64_t created_at_us = 0;
  std::int64_t updated_at_us = 0;
  MetadefItems associations;
  MetadefItems objects;
  MetadefItems properties;
  MetadefItems tags;
};

/// Where the definitions are kept beyond the end of the process. Called with the lock of the ImageService held.
class MetadefKeeper {
 public:
  virtual ~MetadefKeeper() = default;
  /// What is kept under that key is now this document; an empty one: it is gone.
  virtual void keep_metadefs(const std::string& key, std::string document) = 0;
};

/// All metadata definitions of a Glance. Not thread-safe: see ImageService.
class MetadefStore {
 public:
  /// From now on that one is told of every change; null: nobody. Not owned.
  void keep_in(MetadefKeeper* keeper) { keeper_ = keeper; }
  /// Takes back what an earlier process kept. Throws nlohmann::json::exception where the document is none of ours.
  void restore(const std::string& key, const std::string& document);

  std::list<MetadefNamespace>& namespaces() { return namespaces_; }
  /// The namespace of that name, or null.
  MetadefNamespace* find(std::string_view name);
  /// Adds a namespace, whose name must be new. The reference holds until it is removed.
  MetadefNamespace& add(MetadefNamespace made);
  /// Says that a namespace of this store was changed.
  void changed(const MetadefNamespace& space);
  void remove(const MetadefNamespace& space);

  MetadefItems& resource_types() { return resource_types_; }
  /// The resource type is known; where it was not, it was made at that moment.
  void know_resource_type(const std::string& name, std::int64_t now_us);

 private:
  MetadefKeeper* keeper_ = nullptr;
  std::list<MetadefNamespace> namespaces_;  ///< in the order in which they were made
  MetadefItems resource_types_;
  std::uint64_t last_number_ = 0;
};

}  // namespace snapsim
