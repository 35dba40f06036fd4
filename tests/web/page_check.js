// Breaks a snapshot in the page as a user would, and writes what is wrong into its title. Put behind the page's own
// scripts by tools/web.sh.
"use strict";
(async () => {
  const wrong = [];
  const tell = () => { document.title = wrong.length === 0 ? "all is well" : "wrong: " + wrong.join("; "); };
  const check = (isRight, what) => { if (!isRight) wrong.push(what); };
  addEventListener("error", (event) => wrong.push(event.message));
  addEventListener("unhandledrejection", (event) => { wrong.push(String(event.reason)); tell(); });
  const until = async (isSo, what) => {
    for (let i = 0; i < 1000; ++i) {
      if (isSo()) return;
      // Virtual time runs ahead of the threads that compile: some work makes real time pass.
      let work = 0;
      for (let j = 0; j < 1e7; ++j) work = (work * 31 + j) | 0;
      await new Promise((done) => setTimeout(done, 50));
    }
    wrong.push("never: " + what);
  };
  const $ = (id) => document.getElementById(id);
  const rows = () => [...($("run").contentDocument?.querySelectorAll("tr[id^=s]") ?? [])];
  const marked = () => rows().find((row) => row.hasAttribute("aria-current"));

  await until(() => rows().length > 10 && marked(), "the first story is shown");
  check(document.querySelectorAll("#story option").length > 300, "all stories are there");
  check($("said").dataset.runsBefore === "2", "the simulator is warm before the first run that is shown");
  check($("added").textContent === "Nothing so far.", "nothing goes wrong at first");
  check(!$("nova").querySelector(".violations"), "and nothing is left behind");

  const upload = rows().find((row) => row.textContent.includes("PUT ") || row.textContent.includes("upload"));
  check(Boolean(upload), "there is an upload");
  const cast = rows().find((row) => row.textContent.includes("cast"));
  cast.click();
  await until(() => [...document.querySelectorAll("#breaks button")].some((one) => one.textContent.includes("queue.cast.lost")),
    "the cast can be lost");
  const lose = [...document.querySelectorAll("#breaks button")].find((one) => one.textContent.includes("queue.cast.lost"));
  lose.click();
  await until(() => $("nova").textContent.includes("no_stuck_task_state"), "Nova is stuck");
  check($("hardened").textContent.includes("\u2713 consistent"), "the rules repair it");
  check(location.hash.startsWith("#s="), "the link holds the scenario");
  const link = location.hash;

  await until(() => document.querySelector("#added button"), "the fault can be taken back");
  document.querySelector("#added button").click();
  await until(() => !$("nova").querySelector(".violations"), "and is");

  location.hash = link;
  await until(() => $("nova").textContent.includes("no_stuck_task_state"), "a link leads to the same run");
  location.hash = "#s=broken";
  await until(() => $("said").textContent.includes("broken"), "a broken link is told");

  $("find").value = "glance dies";
  $("find").dispatchEvent(new Event("input"));
  const found = document.querySelectorAll("#story option").length;
  check(found > 0 && found < 60, "the search finds some");
  const controls = [...document.querySelectorAll("button, select, input")];
  check(controls.every((one) => one.tabIndex >= 0), "the tab key reaches everything");
  check(controls.every((one) => one.textContent.trim() || one.closest("label") || one.ariaLabel), "every control has a name");
  tell();
})();
