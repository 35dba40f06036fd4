#pragma once

#include <cstdint>
#include <mutex>

#include "fake_glance/glance.hpp"
#include "fake_glance/http/catalogue.hpp"
#include "fake_glance/http/catalogue_db.hpp"
#include "fake_glance/http/image_folder.hpp"

namespace snapsim {

/// The parts of a Glance that several threads use, under one lock. Whoever else drives the same Glance, as a World does
/// whose snapshots are to be seen by HTTP, holds the lock while it calls it. None of the parts is owned.
struct ImageService {
  Glance& glance;
  Catalogue& catalogue;
  ImageFolder& folder;
  CatalogueDb* database = nullptr;  ///< null: nothing outlives the process
  std::mutex mutex{};
};

}  // namespace snapsim
