#include <algorithm>

#include "sim/world/world.hpp"

// What the invariants see of a world.

namespace snapsim {

std::int64_t World::now_us() const {
  return engine_.now().time_since_epoch().count();
}

std::uint32_t World::instance_count() const {
  return static_cast<std::uint32_t>(at_start_.size());
}

InstanceView World::instance(std::uint32_t index) const {
  const InstanceUuid uuid(index);
  const DatabaseTables::StoredInstance& stored = tables_.instance(uuid);
  const Domain& domain = hypervisors_.hypervisor().domain_record(uuid);
  const FileContent& content = disks_.model().content(domain.disk);

  InstanceView view;
  view.vm_state = stored.row.vm_state;
  view.task_state = stored.row.task_state;
  view.power_state = stored.row.power_state;
  view.is_deleted = stored.is_deleted;
  view.is_on_host = stored.row.host.exists();
  view.has_domain = domain.exists;
  view.guest = domain.state;
  view.is_persistent = domain.is_persistent;
  view.has_block_job = domain.job.exists;
  view.is_frozen = domain.is_frozen;
  view.guest_at_start = at_start_[index].guest;
  view.power_was_asked_for = hypervisors_.was_shut_down_from_within(uuid) || ledger_.power_was_asked_for(uuid);
  const bool nova_removed_it = !files_.instances[index].root.exists();
  view.was_removed_by_nova = nova_removed_it;
  view.disk_is_unchanged =
      nova_removed_it || (disks_.model().exists(domain.disk) && content.is_whole() &&
                          content.extents[0].generation == hypervisors_.hypervisor().generation(uuid, now_us()) &&
                          (real_disk_is_unchanged_.empty() || real_disk_is_unchanged_[index]));
  return view;
}

bool World::has_managed_save(std::uint32_t instance) const {
  return hypervisors_.hypervisor().domain_record(InstanceUuid(instance)).has_managed_save;
}

std::string World::instance_name(std::uint32_t index) const {
  return scenario_.instances[index].name;
}

std::uint32_t World::image_count() const {
  return glance_.glance().image_count();
}

ImageView World::image(std::uint32_t index) const {
  const ImageRecord& record = glance_.glance().record(ImageId(index));
  ImageView view;
  view.status = record.status;
  view.request = record.request;
  view.size_bytes = record.size_bytes;
  view.was_active = glance_.window(ImageId(index)).was_active;
  view.was_deleted_by_user = glance_.was_deleted_by_user(ImageId(index));
  view.data = image_data(index);
  return view;
}

ImageDataView World::image_data(std::uint32_t index) const {
  const ImageId image(index);
  ImageDataView data;
  data.bytes = images_.bytes_kept(image);
  const std::vector<ImageSlice>& slices = images_.model().slices(image);
  if (slices.empty()) return data;

  const SnapshotWindow& window = glance_.window(image);
  data.bytes_expected = window.extracted_bytes;
  const FileId file = slices.front().file;
  const FileContent& content = disks_.model().content(file);
  const bool is_all_of_the_file =
      slices.size() == 1 && slices.front().offset == 0 && slices.front().length == data.bytes_expected;
  data.is_whole = is_all_of_the_file && content.is_whole();
  data.is_of_one_instant = content.is_of_one_instant();
  const std::uint64_t generation = content.extents[0].generation;
  data.is_of_this_snapshot = window.begin <= generation && generation <= window.end;
  if (index < image_defects_.size()) data.defect = image_defects_[index];
  return data;
}

std::string World::image_name(std::uint32_t index) const {
  return made_image_name(scenario_, scenario_.requests[glance_.glance().record(ImageId(index)).request]);
}

std::uint32_t World::request_count() const {
  return static_cast<std::uint32_t>(ledger_.size());
}

std::string World::subject_name(const Violation& violation) const {
  switch (violation.subject_kind) {
    case Violation::Subject::instance:
      return instance_name(violation.subject);
    case Violation::Subject::image:
      return image_name(violation.subject);
    case Violation::Subject::request:
      return "request " + std::to_string(violation.subject);
    case Violation::Subject::run:
      break;
  }
  return "run";
}

RequestView World::request(std::uint32_t index) const {
  const RequestSpec& spec = scenario_.requests[index];
  const RequestEntry& entry = ledger_.entry(RequestId(index));
  RequestView view;
  view.action = spec.action;
  if (spec.instance) view.instance = InstanceUuid(*spec.instance);
  view.status = entry.status;
  view.image = entry.image;
  view.was_cast = entry.was_cast;
  view.event = entry.event;
  view.faults = entry.faults;
  return view;
}

std::uint32_t World::leftover_file_count() const {
  return static_cast<std::uint32_t>(leftovers().size());
}

std::string World::leftover_file(std::uint32_t index) const {
  return leftovers()[index];
}

bool World::is_leftover(FileId file) const {
  return files_.files[file.value].purpose != FilePurpose::guest_disk && disks_.model().exists(file);
}

std::string World::leftover_file_name(FileId file) const {
  const HostFile& found = files_.files[file.value];
  const std::string_view ending = found.purpose == FilePurpose::delta ? ".delta" : "";
  return instance_name(found.instance.value) + "-" + std::to_string(file.value) + std::string(ending);
}

std::vector<std::string> World::leftovers() const {
  std::vector<std::string> left;
  for (std::uint32_t i = 0; i < files_.directories.size(); ++i) {
    const HostDirectory& directory = files_.directories[i];
    if (!directory.exists) continue;
    const std::string path = scenario_.hosts[directory.host.value] + ":snapshots/tmp" + std::to_string(i) + "/";
    left.push_back(path);
    for (const FileId file : directory.files) {
      if (is_leftover(file)) left.push_back(path + leftover_file_name(file));
    }
  }
  for (std::uint32_t i = 0; i < files_.instances.size(); ++i) {
    const InstanceDisks& disks = files_.instances[i];
    if (!tables_.instance(InstanceUuid(i)).is_deleted) continue;
    const std::string path = scenario_.hosts[scenario_.instances[i].host] + ":instances/" + instance_name(i) + "/";
    if (disks.root.exists()) left.push_back(path + "disk");
    if (disks.rescue.exists()) left.push_back(path + "disk.rescue");
  }
  return left;
}

}  // namespace snapsim
