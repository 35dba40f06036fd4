#include "sim/report/names.hpp"

#include <regex>
#include <set>

#include <catch2/catch.hpp>

#include "sim/report/run_names.hpp"
#include "tests/report/sample_trace.hpp"

namespace snapsim {

TEST_CASE("ids have the shape that OpenStack gives them", "[report]") {
  const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  const std::regex request("req-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  const std::regex delta("/opt/stack/data/snapshots/tmp[a-z0-9_]{8}/[0-9a-f]{32}\\.delta");
  for (std::uint32_t i = 0; i < 2000; ++i) {
    CHECK(std::regex_match(instance_uuid_text(i, 1), uuid));
    CHECK(std::regex_match(image_id_text(i, i), uuid));
    CHECK(std::regex_match(request_id_text(i, 0), request));
    CHECK(std::regex_match(delta_path(i, 3), delta));
  }
  CHECK(std::regex_match(user_id_text(5), std::regex("[0-9a-f]{32}")));
  CHECK(domain_name_text(0) == "instance-00000001");
}

TEST_CASE("ids differ by kind, index and seed", "[report]") {
  std::set<std::string> ids;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (std::uint32_t index = 0; index < 200; ++index) {
      ids.insert(uuid_text(NameKind::instance, index, seed));
      ids.insert(uuid_text(NameKind::image, index, seed));
    }
  }
  CHECK(ids.size() == 20 * 200 * 2);
}

TEST_CASE("ids are the same on every machine", "[report]") {
  CHECK(instance_uuid_text(0, 0) == "8770a4cb-ca98-4e4a-8efc-9605f50d9279");
  CHECK(image_id_text(3, 12345678901234567890ULL) == "c72c7149-e4a5-4895-8d22-90c4475f7cda");
  CHECK(temporary_directory_name(1, 2) == "tmp2768n9hy");
}

TEST_CASE("the delta and the image of one snapshot lie in one directory", "[report]") {
  SampleRun run = happy_cold_run();
  run.trace.clear();
  const auto made = [&run](std::uint32_t file, FilePurpose purpose) {
    TraceRecord record;
    record.kind = TraceKind::file_made;
    record.subject = file;
    record.a = static_cast<std::int64_t>(purpose);
    run.trace.push_back(record);
  };
  made(0, FilePurpose::guest_disk);
  made(1, FilePurpose::delta);
  made(2, FilePurpose::extracted_image);
  made(3, FilePurpose::extracted_image);
  const RunNames names(run.record());
  CHECK(names.file_path(0) == guest_disk_path(0, 7));
  CHECK(names.file_path(1) == names.file_path(2) + ".delta");
  CHECK(names.file_path(3) != names.file_path(2));
}

TEST_CASE("a command that begins already knows what it will write", "[report]") {
  const SampleRun run = happy_cold_run();
  const RunNames names(run.record());
  int commands = 0;
  for (std::size_t position = 0; position < run.trace.size(); ++position) {
    if (run.trace[position].kind != TraceKind::command) continue;
    ++commands;
    CHECK(names.command_destination(position) == names.file_path(1));
  }
  CHECK(commands == 2);
}

TEST_CASE("a command that fails names the same file at its begin and at its end", "[report]") {
  const SampleRun run = failed_cold_run();
  const RunNames names(run.record());
  std::set<std::string> destinations;
  for (std::size_t position = 0; position < run.trace.size(); ++position) {
    if (run.trace[position].kind == TraceKind::command) destinations.insert(names.command_destination(position));
  }
  CHECK(destinations.size() == 1);
  CHECK(destinations.count(names.file_path(0)) == 0);
}

TEST_CASE("numbers that name nothing get a name too", "[report]") {
  const SampleRun run = happy_cold_run();
  const RunNames names(run.record());
  CHECK(names.instance_name(0) == "vm-1");
  CHECK(names.instance_name(99) == "instance-99");
  CHECK(names.host_name(99) == "host-99");
  CHECK(names.image_name(0) == "snap-1");
  CHECK(names.image_name(99) == "image-99");
  CHECK(names.image_of_request(0) == 0);
  CHECK(names.image_of_request(99) == TraceRecord::none);
  CHECK(names.request(99) == nullptr);
  CHECK(names.instance_uuid(TraceRecord::none) == "-");
}

}  // namespace snapsim
