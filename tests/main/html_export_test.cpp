// Pictures and pages, read by the programs that they are for. Those are no part of what snapsim needs: where one is
// missing, its test says so and does nothing.

#include "tests/main/program.hpp"

namespace snapsim::test {
namespace {

bool is_there(const Desk& desk, const std::string& program) {
  return desk.bash("command -v " + program).status == 0;
}

/// Opens the page in a browser without a window and gives back the document as it is then, and what the console said.
Ended opened(const Desk& desk, const std::string& page) {
  return desk.bash(
      "HOME=$PWD timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage "
      "--enable-logging=stderr --virtual-time-budget=2000 --user-data-dir=$PWD/profile --dump-dom "
      "file://$PWD/" +
      page + " 2> console; status=$?; grep CONSOLE console >&2; exit $status");
}

}  // namespace

TEST_CASE("a browser shows a page without a word on its console, and its keys work", "[main]") {
  const Desk desk;
  if (!is_there(desk, "chromium")) {
    WARN("chromium is not installed: skipped. The Debian package chromium has it.");
    return;
  }
  desk.write("a.json", small_scenario(R"(, "faults": [{ "at": "glance.upload.reset", "after_bytes": 65536 }])"));
  REQUIRE(desk.bash("snapsim export a.json --as html > page.html").status == 0);
  const Ended plain = opened(desk, "page.html");
  if (plain.status != 0) {
    WARN("chromium cannot start here: skipped.");
    return;
  }
  CHECK(plain.err.empty());
  std::string page = desk.read("page.html");
  const std::size_t end = page.rfind("</body>");
  REQUIRE(end != std::string::npos);
  const Ended check = desk.bash("cat $SCENARIOS/../tests/page/page_check.js");
  REQUIRE(check.status == 0);
  page.insert(end, "<script>" + check.out + "</script>");
  desk.write("checked.html", page);
  const Ended driven = opened(desk, "checked.html");
  CHECK(driven.err.empty());
  const std::size_t title = driven.out.find("<title>");
  REQUIRE(title != std::string::npos);
  CHECK(driven.out.substr(title, driven.out.find("</title>") - title) == "<title>all is well");
}

TEST_CASE("a lesson's page judges answers by the run", "[main]") {
  const Desk desk;
  if (!is_there(desk, "chromium")) {
    WARN("chromium is not installed: skipped. The Debian package chromium has it.");
    return;
  }
  REQUIRE(desk.bash("snapsim lesson --html pages").status == 0);
  std::string page = desk.read("pages/lesson-10.html");
  page.insert(page.rfind("</body>"), R"(<script>
    const said = [...document.querySelectorAll(".question")].map((question) => {
      const ask = () => { question.querySelector("button").click(); return question.querySelector("output").textContent[0]; };
      const number = question.querySelector("input[type=number]");
      const nothing = ask();
      if (number) number.value = question.querySelector("button").dataset.number;
      question.querySelectorAll("[data-right]").forEach((box) => { box.checked = true; });
      return nothing + ask() + (question.querySelector("details").open ? "" : "closed");
    });
    document.title = said.join(" ");
  </script>)");
  desk.write("checked.html", page);
  const Ended driven = opened(desk, "checked.html");
  if (driven.status != 0) {
    WARN("chromium cannot start here: skipped.");
    return;
  }
  CHECK(driven.err.empty());
  const std::string wrong_then_right = "\xe2\x9c\x97\xe2\x9c\x93";
  std::string wanted = "<title>";
  for (int i = 0; i < 5; ++i) wanted += (i == 0 ? "" : " ") + wrong_then_right;
  CHECK(driven.out.find(wanted + "</title>") != std::string::npos);
}

TEST_CASE("PlantUML draws what is exported for it", "[main]") {
  const Desk desk;
  if (!is_there(desk, "plantuml")) {
    WARN("plantuml is not installed: skipped. The Debian package plantuml has it.");
    return;
  }
  desk.write("a.json", small_scenario(R"(, "faults": [{ "at": "glance.upload.error" }])"));
  REQUIRE(desk.bash("snapsim export a.json --as plantuml > a.puml").status == 0);
  const Ended drawn = desk.bash("HOME=$PWD plantuml -tsvg -pipe < a.puml");
  CHECK(drawn.status == 0);
  CHECK(drawn.out.find("<svg") != std::string::npos);
  CHECK(drawn.out.find("Syntax Error") == std::string::npos);
  CHECK(drawn.out.find("snapshot_instance cast") != std::string::npos);
}

TEST_CASE("the diagrams of the life cycle are what runs export", "[main]") {
  const Desk desk;
  const Ended made = desk.bash(
      "cp $SCENARIOS/../docs/life-cycle.md . && $SCENARIOS/../tools/life_cycle.sh ./snapsim "
      "life-cycle.md && diff $SCENARIOS/../docs/life-cycle.md life-cycle.md");
  INFO("tools/life_cycle.sh makes them again");
  CHECK(made.out.empty());
  CHECK(made.err.empty());
  CHECK(made.status == 0);
}

}  // namespace snapsim::test
