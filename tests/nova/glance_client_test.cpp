#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "sim/nova/exceptions.hpp"
#include "tests/nova/doubles.hpp"

namespace snapsim::testing {
namespace {

constexpr std::int64_t mib = 1 << 20;

std::shared_ptr<ImageReader> open_image(std::int64_t size_bytes) {
  auto reader = std::make_shared<ImageReader>();
  reader->file = FileId(1);
  reader->size_bytes = size_bytes;
  return reader;
}

void upload(Bench& bench, const std::shared_ptr<ImageReader>& reader) {
  bench.run(bench.image_api.update(Bench::context, Bench::vm, Bench::image, DiskFormat::qcow2, reader));
}

/// What a call to Glance with a given answer is thrown as.
template <class Call>
Failure failure_of(Call call) {
  try {
    call();
  } catch (const Exception& error) {
    return error.failure();
  }
  return {};
}

TEST_CASE("a call is attempted once and num_retries times more, a second apart", "[nova]") {
  const int num_retries = GENERATE(0, 1, 3);
  CAPTURE(num_retries);
  Config config;
  config.glance_num_retries = num_retries;
  Bench bench(config);
  bench.script.fail_always("glance.show", 503);
  const Failure failure = failure_of([&] { bench.run(bench.image_api.get(Bench::context, Bench::vm, Bench::image)); });
  CHECK(failure.kind == FailureKind::glance_connection_failed);
  CHECK(failure.code == 503);
  CHECK(bench.script.count("glance.show") == 1 + num_retries);
  CHECK(bench.now_ms() == 1000 * num_retries);
  Lines expected(
      static_cast<std::size_t>(num_retries),
      "ERROR Error contacting glance server 'http://127.0.0.1:9292' for '{method a}', retrying.: {failure b}");
  expected.emplace_back(
      "ERROR Error contacting glance server 'http://127.0.0.1:9292' for '{method a}', done trying.: {failure b}");
  CHECK(bench.script.lines({"ERROR"}) == expected);
}

TEST_CASE("every method is retried on its own", "[nova]") {
  Bench bench;
  SECTION("list") {
    bench.script.fail("glance.list", 503);
    bench.glance.listed.emplace_back();
    CHECK(bench.run(bench.image_api.detail(Bench::context, {})).size() == 1);
    CHECK(bench.script.count("glance.list") == 2);
  }
  SECTION("create") {
    bench.script.fail("glance.create", 503);
    CHECK(bench.run(bench.image_api.create(Bench::context, {Bench::vm, 0})) == Bench::image);
    CHECK(bench.script.count("glance.create") == 2);
  }
  SECTION("get") {
    bench.script.fail("glance.show", 0);
    CHECK(bench.run(bench.image_api.get(Bench::context, Bench::vm, Bench::image)).status == ImageStatus::queued);
    CHECK(bench.script.count("glance.show") == 2);
  }
  SECTION("the metadata: the whole update begins again") {
    bench.script.fail("glance.patch", 503);
    upload(bench, open_image(mib));
    CHECK(bench.script.lines({"GET", "PATCH", "PUT"}) == Lines{"GET", "GET schema", "GET schema", "PATCH qcow2 -> 503",
                                                               "GET", "GET schema", "GET schema", "PATCH qcow2", "GET",
                                                               "PUT from 0", "GET", "GET schema"});
  }
  SECTION("the schema") {
    bench.script.fail("glance.schema", 0);
    CHECK(bench.run(bench.image_api.get(Bench::context, Bench::vm, Bench::image)).status == ImageStatus::queued);
    CHECK(bench.script.count("glance.show") == 2);
  }
  SECTION("delete") {
    bench.script.fail("glance.delete", 503);
    bench.run(bench.image_api.remove(Bench::context, Bench::vm, Bench::image));
    CHECK(bench.script.count("glance.delete") == 2);
  }
  CHECK(bench.now_ms() == 1000);
}

TEST_CASE("only 503 and a lost connection are retried", "[nova]") {
  const auto [status, is_retried] = GENERATE(table<int, bool>({{503, true},
                                                               {0, true},
                                                               {400, false},
                                                               {401, false},
                                                               {403, false},
                                                               {404, false},
                                                               {409, false},
                                                               {410, false},
                                                               {413, false},
                                                               {500, false},
                                                               {502, false},
                                                               {504, false}}));
  CAPTURE(status);
  Bench bench;
  bench.script.fail("glance.upload", status);
  const Failure failure = failure_of([&] { upload(bench, open_image(mib)); });
  CHECK(bench.script.count("glance.upload") == (is_retried ? 2 : 1));
  CHECK((failure.kind == FailureKind::none) == is_retried);
  CHECK(bench.script.lines({"ERROR"}).size() == (is_retried ? 1u : 0u));
}

TEST_CASE("a retried upload goes on where the one before it stopped reading", "[nova]") {
  Bench bench;
  SECTION("the connection is reset after a mebibyte") {
    bench.script.fail("glance.upload", 0);
    bench.glance.read_before_failure = mib;
    upload(bench, open_image(5 * mib));
    CHECK(bench.script.lines({"PUT"}) == Lines{"PUT from 0 -> 0", "PUT from 1048576"});
    CHECK(bench.glance.received_bytes == 4 * mib);
  }
  SECTION("503 after the whole body") {
    bench.script.fail("glance.upload", 503);
    bench.glance.read_before_failure = 5 * mib;
    upload(bench, open_image(5 * mib));
    CHECK(bench.glance.received_bytes == 0);
  }
  SECTION("several times") {
    for (int nth = 1; nth <= 3; ++nth) bench.script.fail("glance.upload", 0, nth);
    bench.glance.read_before_failure = mib;
    upload(bench, open_image(5 * mib));
    CHECK(bench.script.lines({"PUT"}).back() == "PUT from 3145728");
    CHECK(bench.glance.received_bytes == 2 * mib);
  }
  CHECK(bench.glance.status == ImageStatus::active);
}

TEST_CASE("an answer about an image that has an id is told by its exception", "[nova]") {
  const auto [status, kind] = GENERATE(table<int, FailureKind>({
      {401, FailureKind::image_not_authorized},
      {403, FailureKind::image_not_authorized},
      {404, FailureKind::image_not_found},
      {400, FailureKind::image_bad_request},
      {413, FailureKind::image_quota_exceeded},
      {409, FailureKind::http},
      {410, FailureKind::http},
      {500, FailureKind::http},
      {502, FailureKind::http},
  }));
  CAPTURE(status);
  Bench bench;
  SECTION("get") {
    bench.script.fail("glance.show", status);
    const Failure failure =
        failure_of([&] { bench.run(bench.image_api.get(Bench::context, Bench::vm, Bench::image)); });
    CHECK(failure.kind == kind);
  }
  SECTION("update") {
    bench.script.fail("glance.patch", status);
    CHECK(failure_of([&] { upload(bench, open_image(mib)); }).kind == kind);
    CHECK(bench.script.count("glance.upload") == 0);
  }
  SECTION("upload") {
    bench.script.fail("glance.upload", status);
    CHECK(failure_of([&] { upload(bench, open_image(mib)); }).kind == kind);
  }
  SECTION("the look after the upload") {
    bench.script.fail("glance.show", status, 3);
    CHECK(failure_of([&] { upload(bench, open_image(mib)); }).kind == kind);
    CHECK(bench.glance.status == ImageStatus::active);
  }
}

TEST_CASE("a refused creation is told by a plain exception", "[nova]") {
  Bench bench;
  const auto create = [&bench] { bench.run(bench.image_api.create(Bench::context, {Bench::vm, 0})); };
  SECTION("401") {
    bench.script.fail("glance.create", 401);
    CHECK_THROWS_AS(create(), Forbidden);
  }
  SECTION("403") {
    bench.script.fail("glance.create", 403);
    CHECK_THROWS_AS(create(), Forbidden);
  }
  SECTION("404") {
    bench.script.fail("glance.create", 404);
    CHECK_THROWS_AS(create(), NotFound);
  }
  SECTION("400") {
    bench.script.fail("glance.create", 400);
    CHECK_THROWS_AS(create(), Invalid);
  }
  SECTION("409") {
    bench.script.fail("glance.create", 409);
    CHECK_THROWS_AS(create(), HttpException);
  }
  SECTION("413") {
    bench.script.fail("glance.create", 413);
    CHECK_THROWS_AS(create(), HttpException);
  }
}

TEST_CASE("a refused deletion has three names, everything else goes through", "[nova]") {
  const auto [status, kind] = GENERATE(table<int, FailureKind>({
      {404, FailureKind::image_not_found},
      {403, FailureKind::image_not_authorized},
      {409, FailureKind::image_delete_conflict},
      {401, FailureKind::http},
      {400, FailureKind::http},
      {413, FailureKind::http},
      {500, FailureKind::http},
  }));
  CAPTURE(status);
  Bench bench;
  bench.script.fail("glance.delete", status);
  const Failure failure =
      failure_of([&] { bench.run(bench.image_api.remove(Bench::context, Bench::vm, Bench::image)); });
  CHECK(failure.kind == kind);
  CHECK(bench.script.count("glance.delete") == 1);
}

TEST_CASE("an image without data is no image to download", "[nova]") {
  Bench bench;
  bench.script.fail("glance.download", 204);
  const Failure failure =
      failure_of([&] { bench.run(bench.image_api.download(Bench::context, Bench::vm, Bench::image)); });
  CHECK(failure.kind == FailureKind::image_unacceptable);
  CHECK(bench.script.count("glance.download") == 1);
}

TEST_CASE("a download is attempted as often as anything else", "[nova]") {
  Bench bench;
  bench.script.fail_always("glance.download", 503);
  const Failure failure =
      failure_of([&] { bench.run(bench.image_api.download(Bench::context, Bench::vm, Bench::image)); });
  CHECK(failure.kind == FailureKind::glance_connection_failed);
  CHECK(bench.script.count("glance.download") == 4);
}

TEST_CASE("an update whose schema cannot be had is not made", "[nova]") {
  Bench bench;
  bench.script.fail("glance.schema", 500, 2);
  const Failure failure = failure_of([&] { upload(bench, open_image(mib)); });
  CHECK(failure.code == 500);
  CHECK(bench.script.count("glance.patch") == 0);
}

}  // namespace
}  // namespace snapsim::testing
