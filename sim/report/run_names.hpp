#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// The names of everything in one run, for the numbers that stand in its trace. Reads the trace once when made; after
/// that each question takes constant time. Numbers that name nothing get a name too ("image-7"), never an error: a
/// report of a broken run is when it is needed most.
///
/// Names that come from users are given as they are, not yet made fit to print (text.hpp).
class RunNames {
 public:
  /// What `record` refers to must outlive this.
  explicit RunNames(const RunRecord& record);

  const RunRecord& record() const { return record_; }
  std::uint64_t seed() const { return record_.result.seed; }

  /// The scenario's name of it.
  std::string instance_name(std::uint32_t instance) const;
  std::string host_name(std::uint32_t host) const;
  /// The name that its request gave it.
  std::string image_name(std::uint32_t image) const;

  /// The instance's uuid, the image's id; "-" for none.
  std::string instance_uuid(std::uint32_t instance) const;
  std::string image_id(std::uint32_t image) const;

  /// The image that the request made, or TraceRecord::none.
  std::uint32_t image_of_request(std::uint32_t request) const;
  /// When the client sent the request, microseconds after the start; 0 if it never did.
  std::int64_t sent_us(std::uint32_t request) const;
  /// The request in the scenario, or nullptr.
  const RequestSpec* request(std::uint32_t request) const;
  /// What the image ended as, or nullptr.
  const ImageResult* image_result(std::uint32_t image) const;
  /// The reply to it, or nullptr.
  const RequestResult* reply(std::uint32_t request) const;
  /// The instance in the scenario, or nullptr.
  const InstanceSpec* instance(std::uint32_t instance) const;

  /// Where the file lies on its host.
  std::string file_path(std::uint32_t file) const;
  /// What the file is for; a file that nobody made is taken for a guest's disk.
  FilePurpose file_purpose(std::uint32_t file) const;
  /// The instance that the file belongs to, or TraceRecord::none. A file that nobody made is the disk of the instance
  /// with its number: guests' disks are the first files of a run.
  std::uint32_t file_instance(std::uint32_t file) const;
  /// Where the command at that position of the trace writes to. A command that begins does not know for certain what
  /// its file will be called; one that never ends gets a path that nothing else has.
  std::string command_destination(std::size_t position) const;

 private:
  struct File {
    FilePurpose purpose = FilePurpose::guest_disk;
    std::uint32_t instance = TraceRecord::none;
    std::uint32_t snapshot = 0;  ///< the same for the delta and the image of one snapshot
  };

  /// A command that has begun and ended.
  struct Command {
    std::size_t begun_at = 0;  ///< position in the trace
    std::uint32_t destination = TraceRecord::none;
  };

  void read_trace();
  void read_file_made(const TraceRecord& record);
  const File* file(std::uint32_t file) const;

  RunRecord record_;
  std::vector<std::uint32_t> image_requests_;      ///< by image: the request that made it
  std::vector<std::uint32_t> request_images_;      ///< by request: the image that it made
  std::vector<const RequestResult*> replies_;      ///< by request
  std::vector<const ImageResult*> image_results_;  ///< by image
  std::vector<std::int64_t> sent_us_;              ///< by request
  std::unordered_map<std::uint32_t, File> files_;
  std::unordered_map<std::uint32_t, std::uint32_t> open_deltas_;  ///< by instance: its delta that has no image yet
  std::unordered_map<std::size_t, Command> commands_;             ///< by position of its begin and of its end
};

/// Which instance, image and host a record is about; TraceRecord::none where it is about none.
struct RecordSubjects {
  std::uint32_t instance = TraceRecord::none;
  std::uint32_t image = TraceRecord::none;
  std::uint32_t host = TraceRecord::none;
};
RecordSubjects subjects_of(const TraceRecord& record, const RunNames& names);

}  // namespace snapsim
