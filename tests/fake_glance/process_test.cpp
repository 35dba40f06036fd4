// The program as a process: killed, interrupted, without room, left by its clients; and what is in its folder then.

#include <chrono>
#include <csignal>
#include <fstream>
#include <set>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/fake_glance/glance_process.hpp"
#include "tests/fake_glance/image_bytes.hpp"
#include "tests/fake_glance/web_source.hpp"
#include "tests/real/test_support.hpp"

namespace snapsim {
namespace {

using test::TemporaryFolder;
using testing::GlanceProcess;
using testing::hash_of;
using testing::pattern;
using testing::RawConnection;
using testing::RawResponse;
using testing::WebSource;
using NameSet = std::set<std::string>;

/// Returns when data has been written there: by then whatever was said of the image before is in the database.
void wait_for_bytes(const std::filesystem::path& file) {
  std::error_code missing;
  for (int i = 0; i < 1000 && (!std::filesystem::exists(file) || std::filesystem::file_size(file, missing) == 0); ++i) {
    ::usleep(10'000);
  }
  REQUIRE(std::filesystem::exists(file));
}

NameSet names_in(const std::filesystem::path& folder) {
  NameSet names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

double seconds_of(const std::function<void()>& doing) {
  const auto began = std::chrono::steady_clock::now();
  doing();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace

TEST_CASE("a server that is killed has kept all that it answered, and the next one serves it", "[fake_glance]") {
  TemporaryFolder folder;
  const std::string arguments = "--data " + folder.path().string();
  const std::string data = pattern(700'000);
  std::string active, saving, removed, tagged;
  {
    GlanceProcess first(arguments);
    active = first.create();
    REQUIRE(first.upload(active, data).status == 204);
    tagged = first.create();
    CHECK(first.call("PUT", "/v2/images/" + tagged + "/tags/kept").status == 204);
    CHECK(first.call("POST", "/v2/images/" + tagged + "/members", R"({"member": "alt"})").status == 200);
    removed = first.create();
    CHECK(first.call("DELETE", "/v2/images/" + removed).status == 204);
    saving = first.create();
    const RawConnection connection = first.begin_upload(saving, 5'000'000, pattern(2'000'000));
    wait_for_bytes(folder.path() / "images" / saving);
    CHECK(first.end(SIGKILL) == 128 + SIGKILL);
  }
  GlanceProcess second(arguments);
  CHECK(second.show(active)["status"] == "active");
  CHECK(second.show(active)["checksum"] == hash_of("md5", data));
  CHECK((second.call("GET", "/v2/images/" + active + "/file").body == data));
  CHECK(second.show(tagged)["tags"] == OrderedJson::array({"kept"}));
  CHECK(second.call("GET", "/v2/images/" + tagged + "/members/alt").status == 200);
  CHECK(second.show(removed).is_null());
  CHECK(second.call("POST", "/v2/images", "{\"id\": \"" + removed + "\"}").status == 409);
  CHECK(second.show(saving)["status"] == "saving");
  CHECK(second.upload(saving, "x").status == 409);
  CHECK(second.call("DELETE", "/v2/images/" + saving).status == 204);
  CHECK(names_in(folder.path() / "images") == NameSet{active});
  CHECK(second.end(SIGTERM) == 0);
}

TEST_CASE("two servers do not share a folder", "[fake_glance]") {
  TemporaryFolder folder;
  GlanceProcess first("--data " + folder.path().string());
  CHECK(first.create().size() == 36);
  const std::string line =
      std::string(SNAPSIM_FAKE_GLANCE) + " --idle-exit 0.2 --data " + folder.path().string() + " 2>&1; echo $?";
  const std::string said = test::shell(line);
  CHECK_THAT(said, Catch::Contains("is another server running on that folder?") && Catch::EndsWith("74"));
}

TEST_CASE("a misspelt option is told, with the one that was probably meant", "[fake_glance]") {
  const std::string said = test::shell(std::string(SNAPSIM_FAKE_GLANCE) + " --prot 0 2>&1; echo $?");
  CHECK(said == R"(fake_glance: unknown option "--prot"; did you mean "--port"?
Try fake_glance --help.
109)");
}

TEST_CASE("a server that nobody asks ends when told to, and its private folder with it", "[fake_glance]") {
  TemporaryFolder folder;
  GlanceProcess server("--idle-exit 0.3 --token secret=demo:member");
  CHECK(testing::raw_exchange(server.port(), "GET", "/v2/images", {{"X-Auth-Token", "secret"}}).status == 200);
  CHECK(testing::raw_exchange(server.port(), "GET", "/v2/images", {{"X-Auth-Token", "demo"}}).status == 401);
  CHECK(server.wait() == 0);
}

TEST_CASE("a client that vanishes leaves its image queued, whatever it was sending", "[fake_glance]") {
  TemporaryFolder folder;
  GlanceProcess server("--data " + folder.path().string());
  const std::string data = pattern(2'000'000);
  for (const char* end : {"/file", "/stage"}) {
    INFO(end);
    const std::string id = server.create();
    const std::string area = end == std::string("/file") ? "images" : "staging";
    {
      const RawConnection connection = server.begin_upload(id, 5'000'000, data, end);
      wait_for_bytes(folder.path() / area / id);
    }
    CHECK(server.wait_for_status(id, "queued") == "queued");
    CHECK(server.show(id)["size"].is_null());
    CHECK(names_in(folder.path() / area).empty());
    CHECK(server.upload(id, data).status == 204);
    CHECK(server.show(id)["checksum"] == hash_of("md5", data));
    CHECK(server.call("DELETE", "/v2/images/" + id).status == 204);
  }
  CHECK(names_in(folder.path() / "images").empty());
}

TEST_CASE("servers that are killed again and again leave no files but those of images", "[fake_glance]") {
  TemporaryFolder folder;
  WebSource source;
  source.serve("/slow", "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + pattern(1'000'000), true);
  const std::string arguments = "--import-allowed-hosts 127.0.0.1 --import-allowed-ports " +
                                std::to_string(source.port()) + " --data " + folder.path().string();
  const std::string data = pattern(300'000);
  NameSet active;
  NameSet stuck;
  for (int round = 0; round < 4; ++round) {
    INFO(round);
    GlanceProcess server(arguments);
    for (const std::string& id : active) {
      CHECK(server.show(id)["os_hash_value"] == hash_of("sha512", data));
      CHECK((server.call("GET", "/v2/images/" + id + "/file").body == data));
    }
    for (const std::string& id : stuck) {
      const std::string status = server.show(id)["status"];
      CHECK((status == "saving" || status == "uploading" || status == "importing"));
      CHECK(server.upload(id, "x").status == 409);
      CHECK(server.call("DELETE", "/v2/images/" + id).status == 204);
    }
    stuck.clear();
    CHECK(names_in(folder.path() / "images") == active);
    CHECK(names_in(folder.path() / "staging").empty());

    const std::string good = server.create();
    CHECK(server.upload(good, data).status == 204);
    active.insert(good);
    const std::string saving = server.create();
    const RawConnection upload = server.begin_upload(saving, 5'000'000, pattern(2'000'000));
    const std::string staging = server.create();
    const RawConnection stage = server.begin_upload(staging, 5'000'000, pattern(2'000'000), "/stage");
    const std::string importing = server.create();
    const std::string method = R"({"method": {"name": "web-download", "uri": ")" + source.url("/slow") + "\"}}";
    CHECK(server.call("POST", "/v2/images/" + importing + "/import", method).status == 202);
    wait_for_bytes(folder.path() / "images" / saving);
    wait_for_bytes(folder.path() / "staging" / staging);
    wait_for_bytes(folder.path() / "staging" / importing);
    stuck = {saving, staging, importing};
    CHECK(server.end(SIGKILL) == 128 + SIGKILL);
  }
  CHECK(names_in(folder.path() / "staging").size() == 2);
}

TEST_CASE("files that no image will ever have are removed when a server starts, and others are not", "[fake_glance]") {
  TemporaryFolder folder;
  const std::string arguments = "--data " + folder.path().string();
  std::string queued, deleted;
  {
    GlanceProcess server(arguments);
    queued = server.create();
    deleted = server.create();
    CHECK(server.call("DELETE", "/v2/images/" + deleted).status == 204);
    CHECK(server.end(SIGTERM) == 0);
  }
  const std::string unknown = "11111111-2222-4333-8444-555555555555";
  for (const std::string& name : {queued, deleted, unknown, std::string("notes.txt")}) {
    for (const char* area : {"images", "staging"}) std::ofstream(folder.path() / area / name) << "left";
  }
  GlanceProcess server(arguments);
  CHECK(names_in(folder.path() / "images") == NameSet{unknown, "notes.txt"});
  CHECK(names_in(folder.path() / "staging") == NameSet{queued, "notes.txt"});
  CHECK(server.upload(queued, "data").status == 204);
}

TEST_CASE("where there is no room, an upload gets 413, and its image is queued without a file", "[fake_glance]") {
  TemporaryFolder folder;
  // In sh, blocks of 512 bytes: 2 MiB for each file.
  GlanceProcess server("--data " + folder.path().string(), "ulimit -f 4096; ");
  const std::string id = server.create();
  const RawResponse refused = server.upload(id, pattern(8'000'000));
  CHECK(refused.status == 413);
  CHECK(refused.body ==
        "413 Request Entity Too Large\n\nImage storage media is full: There is not enough disk space on the image "
        "storage media.\n\n   ");
  CHECK(server.show(id)["status"] == "queued");
  CHECK(server.show(id)["size"].is_null());
  CHECK(names_in(folder.path() / "images").empty());
  CHECK(server.upload(id, pattern(8'000'000), "/stage").status == 413);
  CHECK(server.show(id)["status"] == "queued");
  CHECK(names_in(folder.path() / "staging").empty());
  CHECK(server.upload(id, pattern(1'000'000)).status == 204);
  CHECK(server.show(id)["status"] == "active");
  CHECK(server.end(SIGTERM) == 0);
}

TEST_CASE("a server that is interrupted ends at once, and what it was taking in is queued", "[fake_glance]") {
  TemporaryFolder folder;
  WebSource source;
  source.serve("/slow", "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + pattern(1'000'000), true);
  source.serve("/silent", "", true);
  const std::string arguments = "--import-allowed-hosts 127.0.0.1 --import-allowed-ports " +
                                std::to_string(source.port()) + " --data " + folder.path().string();
  NameSet ids;
  {
    GlanceProcess server(arguments);
    const std::string saving = server.create();
    const RawConnection upload = server.begin_upload(saving, 5'000'000, pattern(2'000'000));
    wait_for_bytes(folder.path() / "images" / saving);
    ids.insert(saving);
    for (const char* path : {"/slow", "/silent"}) {
      const std::string importing = server.create();
      const std::string method = R"({"method": {"name": "web-download", "uri": ")" + source.url(path) + "\"}}";
      CHECK(server.call("POST", "/v2/images/" + importing + "/import", method).status == 202);
      ids.insert(importing);
    }
    CHECK(seconds_of([&] { CHECK(server.end(SIGINT) == 0); }) < 5);
  }
  CHECK(names_in(folder.path() / "images").empty());
  CHECK(names_in(folder.path() / "staging").empty());
  GlanceProcess server(arguments);
  for (const std::string& id : ids) {
    const OrderedJson image = server.show(id);
    CHECK(image["status"] == "queued");
    CHECK(!image.contains("os_glance_import_task"));
    CHECK(server.upload(id, "data").status == 204);
  }
}

TEST_CASE("a private folder goes with its server, even in the middle of an upload", "[fake_glance]") {
  TemporaryFolder folder;
  GlanceProcess server("", "TMPDIR=" + folder.path().string() + " ");
  const std::string id = server.create();
  const RawConnection upload = server.begin_upload(id, 5'000'000, pattern(2'000'000));
  CHECK(server.wait_for_status(id, "saving") == "saving");
  CHECK(names_in(folder.path()).size() == 1);
  CHECK(server.end(SIGINT) == 0);
  CHECK(names_in(folder.path()).empty());
}

}  // namespace snapsim
