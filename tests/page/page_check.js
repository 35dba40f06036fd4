// Drives a page as a user with a keyboard does, and writes what is wrong into the page's title. Put behind the page's
// own script by the test.
(() => {
  const wrong = [];
  const check = (isRight, what) => { if (!isRight) wrong.push(what); };
  const rows = [...document.querySelectorAll("tr[id^=s]")];
  const current = () => rows.findIndex((row) => row.hasAttribute("aria-current"));
  const press = (key, target = document.body) =>
    target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const now = () => document.querySelector("#now").textContent;
  const cursor = () => document.querySelector(".cursor").getAttribute("transform");

  check(rows.length > 10, "there are steps");
  check(current() === 0, "the page begins at the first step");
  const cursorAtStart = cursor();
  press("ArrowDown");
  check(current() === 1, "an arrow key steps forth");
  check(cursor() !== cursorAtStart, "the strips' cursor moves");
  check(now().startsWith("Step 2 of " + rows.length), "the step is told");
  press("ArrowLeft");
  check(current() === 0, "an arrow key steps back");
  press("ArrowLeft");
  check(current() === 0, "there is nothing before the first step");
  press("End");
  check(current() === rows.length - 1, "End goes to the last step");
  press("ArrowRight");
  check(current() === rows.length - 1, "there is nothing after the last step");
  press("Home");
  check(current() === 0, "Home goes to the first step");
  press("c");
  check(rows[current()].classList.contains("chg"), "c goes to a change");
  const change = current();
  press("c");
  press("C");
  check(current() === change, "C goes back to it");
  press("f");
  check(rows[current()].matches(".flt, .bad"), "f goes to a fault");

  const logs = [...document.querySelectorAll(".log")];
  check(logs.length === 3, "there are three logs");
  press("End");
  logs.forEach((log) => check(log.querySelector("p[aria-current]") !== null, "each log shows its line"));
  press("Home");
  const before = current();
  for (let i = 0; i < 4; ++i) press("ArrowDown", logs[1]);
  check(current() > before, "moving in a log moves the page");
  const other = logs[2].querySelector("p[aria-current]");
  press("End", logs[1]);
  check(logs[2].querySelector("p[aria-current]") !== other, "and the other logs");

  const slider = document.querySelector("#slider");
  slider.value = 3;
  slider.dispatchEvent(new Event("input"));
  check(current() === 3, "the slider goes to a step");
  document.querySelector("#forth").click();
  check(current() === 4, "the buttons step");
  rows[2].click();
  check(current() === 2, "a click on a step goes there");

  location.hash = "#logs";
  dispatchEvent(new Event("hashchange"));
  check(current() === 2, "a link to a part of the page leaves the step as it is");
  location.hash = "#s1";
  dispatchEvent(new Event("hashchange"));
  check(current() === 1, "a link to a step goes there");
  check(document.documentElement.scrollWidth <= innerWidth, "nothing is wider than the page");

  const focusable = [...document.querySelectorAll("a[href], button, input, summary, .log")];
  check(focusable.every((element) => element.tabIndex >= 0), "the tab key reaches everything");
  check([...document.querySelectorAll("button, input")].every((element) =>
    element.textContent.trim() || element.closest("label")), "every control has a name");
  document.querySelectorAll("a[href^='#']").forEach((link) =>
    check(document.querySelector(link.getAttribute("href")) !== null, "a link leads somewhere: " + link.href));
  document.querySelectorAll("svg").forEach((svg) =>
    check(svg.getAttribute("aria-hidden") === "true" || svg.getAttribute("role") === "img", "a picture has a role"));
  const blocks = document.querySelector(".disk .full");
  press("End");
  check(document.querySelectorAll(".disk").length === 0 || document.querySelector(".disk .full") !== null,
    "blocks are full in the end");
  check(blocks === null, "and none was at first");
  check(document.querySelectorAll("tr[id^=o]").length > 10, "the run without its faults is there");
  document.title = wrong.length === 0 ? "all is well" : "wrong: " + wrong.join("; ");
})();
