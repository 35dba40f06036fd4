#include "sim/page/run_page.hpp"

#include <regex>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "sim/page/disk_view.hpp"
#include "sim/page/html_text.hpp"
#include "sim/page/page_rows.hpp"
#include "sim/report/run_names.hpp"
#include "sim/report/run_states.hpp"
#include "sim/report/text.hpp"
#include "sim/world/fault_point.hpp"
#include "tests/report/sample_trace.hpp"

namespace snapsim {
namespace {

std::string page_of(const SampleRun& run, const SampleRun* other = nullptr) {
  std::ostringstream out;
  if (other == nullptr) {
    write_run_page(run.record(), nullptr, out);
  } else {
    const RunRecord record = other->record();
    write_run_page(run.record(), &record, out);
  }
  return out.str();
}

/// The elements that are opened and not closed, or closed in the wrong order; script and style are text.
std::vector<std::string> wrong_tags(const std::string& html) {
  static const std::set<std::string> empty = {"meta", "link", "input", "br", "path", "rect", "use", "line", "!DOCTYPE"};
  static const std::regex tag("<(/?)([!a-zA-Z0-9]+)((?:[^<>\"]|\"[^\"]*\")*?)(/?)>");
  std::vector<std::string> open;
  std::vector<std::string> wrong;
  std::string rest = html;
  for (const char* text : {"script", "style"}) {
    const std::size_t begin = rest.find(std::string("<") + text + ">");
    const std::size_t end = rest.find(std::string("</") + text + ">");
    if (begin != std::string::npos) rest.erase(begin, end - begin + std::string(text).size() + 3);
  }
  for (std::sregex_iterator match(rest.begin(), rest.end(), tag), end; match != end; ++match) {
    const std::string name = (*match)[2];
    if ((*match)[1].length() > 0) {
      if (open.empty() || open.back() != name) {
        wrong.push_back("</" + name + ">");
      } else {
        open.pop_back();
      }
    } else if ((*match)[4].length() == 0 && !empty.contains(name)) {
      open.push_back(name);
    }
  }
  wrong.insert(wrong.end(), open.begin(), open.end());
  return wrong;
}

/// Links within the page that lead nowhere.
std::vector<std::string> dead_links(const std::string& html) {
  static const std::regex link("href=\"#([^\"]+)\"");
  std::vector<std::string> dead;
  for (std::sregex_iterator match(html.begin(), html.end(), link), end; match != end; ++match) {
    const std::string id = (*match)[1];
    if (html.find("id=\"" + id + "\"") == std::string::npos) dead.push_back(id);
  }
  return dead;
}

}  // namespace

TEST_CASE("a page is one well-formed document that asks the network for nothing", "[page]") {
  const SampleRun good = happy_cold_run();
  const SampleRun failed = failed_cold_run();
  for (const std::string& page :
       {page_of(good), page_of(failed), page_of(failed, &good), page_of(every_record_run())}) {
    CHECK(wrong_tags(page).empty());
    CHECK(dead_links(page).empty());
    CHECK(page.size() < page_bytes_max);
    CHECK(page.find("src=") == std::string::npos);
    CHECK(page.find("@import") == std::string::npos);
    CHECK(page.find("url(http") == std::string::npos);
    CHECK(valid_utf8(page) == page);
  }
}

TEST_CASE("a page tells verdict, violations and where they came from", "[page]") {
  const std::string page = page_of(failed_cold_run());
  CHECK(page.find("What is wrong in the end") != std::string::npos);
  CHECK(page.find("Steps that led there: <a href=\"#s") != std::string::npos);
  CHECK(page.find("led to a violation") != std::string::npos);
  CHECK(page_of(happy_cold_run()).find("What is wrong in the end") == std::string::npos);
}

TEST_CASE("a page names the faults of the scenario that never happened, and no others", "[page]") {
  SampleRun run = failed_cold_run();
  CHECK(page_of(run).find("never happened") == std::string::npos);
  FaultSpec unmet;
  unmet.point = static_cast<std::uint8_t>(*fault_point_from("glance.delete.conflict"));
  run.scenario.faults.push_back(unmet);
  const std::size_t index = run.scenario.faults.size() - 1;
  const std::string page = page_of(run);
  CHECK(page.find("fault " + std::to_string(index) +
                  " of the scenario, <code>glance.delete.conflict</code>, never "
                  "happened") != std::string::npos);
  CHECK(wrong_tags(page).empty());
  TraceRecord met;
  met.kind = TraceKind::fault;
  met.code = unmet.point;
  met.b = static_cast<std::int64_t>(index);
  run.trace.push_back(met);
  CHECK(page_of(run).find("never happened") == std::string::npos);
}

TEST_CASE("nothing in a name is read as HTML", "[page]") {
  CHECK(html_escaped("<b a=\"1\" c='2'>&") == "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
  std::vector<std::string> names = nasty_names();
  names.push_back("</script><script>alert(1)</script>");
  names.push_back("\"><img src=x onerror=alert(1)>");
  for (const std::string& name : names) {
    const std::string page = page_of(renamed(failed_cold_run(), name));
    CHECK(wrong_tags(page).empty());
    CHECK(page.find("<img") == std::string::npos);
    CHECK(page.find("alert(1)</script>") == std::string::npos);
  }
}

TEST_CASE("the page of a very long run is short enough, and says what is left out", "[page]") {
  const SampleRun run = crowded_run(40, 60);
  const std::string page = page_of(run, &run);
  CHECK(page.size() < page_bytes_max);
  CHECK(page.find("more steps are left out") != std::string::npos);
  CHECK(wrong_tags(page).empty());
  CHECK(dead_links(page).empty());
}

TEST_CASE("states are known at every step of a run", "[page]") {
  const SampleRun run = happy_cold_run();
  const std::vector<StateHistory> histories = state_histories(run.record());
  const StateHistory* task_state = find_history(histories, {StateTrack::Kind::task_state, 0});
  REQUIRE(task_state != nullptr);
  CHECK(task_state->at(std::nullopt)->value == "null");
  CHECK(task_state->at(run.trace.size() - 1)->value == "null");
  std::vector<std::string> values;
  for (const StateChange& change : task_state->changes) values.push_back(change.value);
  CHECK(values == std::vector<std::string>{"null", "image_snapshot_pending", "image_snapshot", "image_pending_upload",
                                           "image_uploading", "image_pending_upload", "image_uploading", "null"});
  const StateHistory* image = find_history(histories, {StateTrack::Kind::image_status, 0});
  REQUIRE(image != nullptr);
  CHECK(image->at(std::nullopt) == nullptr);
  CHECK(image->at(run.trace.size() - 1)->value == "active");
}

TEST_CASE("a copy of a disk is known from its command", "[page]") {
  const SampleRun run = happy_cold_run();
  const RunNames names(run.record());
  const std::vector<DiskCopy> copies = disk_copies(names);
  REQUIRE(copies.size() == 1);
  CHECK(copies[0].what == "qemu-img convert reads the disk of vm-1");
  CHECK_FALSE(copies[0].failed);
  CHECK(copies[0].progress.front().second == 0.0);
  CHECK(copies[0].progress.back().second == 1.0);
  const SampleRun failed = failed_cold_run();
  const RunNames failed_names(failed.record());
  REQUIRE(disk_copies(failed_names).size() == 1);
  CHECK(disk_copies(failed_names)[0].failed);
}

}  // namespace snapsim
