#pragma once

#include <cstdint>
#include <mutex>

#include "fake_glance/glance.hpp"
#include "fake_glance/http/catalogue.hpp"
#include "fake_glance/http/catalogue_db.hpp"
#include "fake_glance/http/image_folder.hpp"
#include "fake_glance/http/metadef_store.hpp"

namespace snapsim {

/// The parts of a Glance that several threads use, under one lock. Whoever else drives the same Glance, as a World does
/// whose snapshots are to be seen by HTTP, holds the lock while it calls it. Of the parts only the metadata
/// definitions are its own.
struct ImageService {
  Glance& glance;
  Catalogue& catalogue;
  ImageFolder& folder;
  CatalogueDb* database = nullptr;  ///< null: nothing outlives the process
  MetadefStore metadefs{};
  std::mutex mutex{};
};

}  // namespace snapsim
