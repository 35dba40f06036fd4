"use strict";
// The page around the simulator: a scenario's text is all the state there is.
(async () => {
  const $ = (id) => document.getElementById(id);
  const engine = await loadSnapsim();
  const text = (name, types, ...values) => engine.ccall(name, "string", types, values);
  const call = (name, types, ...values) => JSON.parse(text(name, types, ...values));
  const names = Object.keys(library).sort();
  let name = names.includes("cold_snapshot") ? "cold_snapshot" : names[0];
  let scenario = "";
  let runsNotShown = 0;

  const say = (words) => { $("said").textContent = words; };
  const element = (tag, words, properties = {}) => Object.assign(document.createElement(tag), { textContent: words }, properties);
  const written = () => JSON.stringify(library[name]);

  // The link holds the scenario itself, so that it needs nothing but this page.
  const toLink = (value) => btoa(String.fromCharCode(...new TextEncoder().encode(value)))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const fromLink = (value) => new TextDecoder().decode(
    Uint8Array.from(atob(value.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0)));

  function tellEnd(policy) {
    const box = $(policy);
    box.replaceChildren(element("h3", policy === "nova" ? "Nova as it is" : "with the rules"));
    const ended = call("snapsim_run", ["string", "string"], scenario, policy);
    if (ended.problems) return ended.problems;
    const run = ended.run;
    const list = element("ul", "");
    for (const [server, states] of Object.entries(run.instances)) {
      list.append(element("li", `${server}: ${states.vm_state}, task_state ${states.task_state ?? "none"}, guest ${states.guest ?? states.power_state}`));
    }
    for (const [image, states] of Object.entries(run.images)) list.append(element("li", `${image}: ${states.status}`));
    if (run.leftovers.files.length > 0) list.append(element("li", `left over: ${run.leftovers.files.join(", ")}`));
    box.append(list);
    const isGood = run.violations.length === 0;
    box.append(element("p", isGood ? "\u2713 consistent" : "\u2717 inconsistent:", { className: "verdict " + (isGood ? "good" : "bad") }));
    const wrong = element("ul", "", { className: "violations" });
    for (const violation of run.violations) wrong.append(element("li", `${violation.invariant}: ${violation.message}`));
    if (!isGood) box.append(wrong);
    return null;
  }

  const wordsOf = (fault) => {
    const { at, ...rest } = fault;
    return at + Object.entries(rest).map(([key, value]) => ` ${key} ${typeof value === "object" ? JSON.stringify(value) : value}`).join("");
  };

  function tellFaults() {
    const faults = JSON.parse(scenario).faults ?? [];
    $("added").replaceChildren(...faults.map((fault, i) => {
      const chip = element("span", "", { className: "chip" });
      chip.append(element("code", wordsOf(fault)), element("button", "\u00d7", { type: "button", ariaLabel: "without " + wordsOf(fault),
        onclick: () => {
          const less = JSON.parse(scenario);
          less.faults.splice(i, 1);
          show(JSON.stringify(less));
        } }));
      return chip;
    }));
    if (faults.length === 0) $("added").textContent = "Nothing so far.";
  }

  // A row stands for all steps since the row before it: the operation whose effect it shows has begun among them.
  function tellBreaks(row, before) {
    const could = [];
    for (let position = before ? +before.dataset.p + 1 : 0; position <= +row.dataset.p; ++position) {
      call("snapsim_branches", ["number"], position).forEach((one, index) => could.push({ ...one, position, index }));
    }
    $("step").textContent = row.cells[0].textContent + " s: " + row.cells[row.cells.length - 1].textContent;
    const buttons = could.map((one) => {
      const button = element("button", one.text, { type: "button",
        onclick: () => show(text("snapsim_branch", ["number", "number"], one.position, one.index)) });
      if (one.cause) button.append(element("span", one.cause, { className: "small" }));
      return button;
    });
    const orders = element("details", "");
    orders.append(element("summary", "Another thread could go first"), ...buttons.filter((_, i) => !could[i].cause));
    orders.hidden = orders.children.length === 1;
    $("breaks").replaceChildren(...buttons.filter((_, i) => could[i].cause), orders);
    if (!could.some((one) => one.cause)) {
      $("breaks").prepend(element("p", "Nothing can fail just here. Go to a step that begins or ends something, as the cast or the upload."));
    }
  }

  // The run's page has a script of its own, which marks the step that it shows.
  function watchSteps() {
    const page = $("run").contentDocument;
    const rows = [...page.querySelectorAll("tr[id^=s]")];
    const tell = () => {
      const at = rows.findIndex((one) => one.hasAttribute("aria-current"));
      if (at >= 0) tellBreaks(rows[at], rows[at - 1]);
    };
    new MutationObserver(tell).observe(page.body, { subtree: true, attributeFilter: ["aria-current"] });
    tell();
  }

  function show(wanted) {
    const begun = performance.now();
    const shown = call("snapsim_show", ["string", "string"], wanted, $("policy").value);
    if (shown.problems) return say("The link is broken, what it holds is no scenario: " + shown.problems.join("; "));
    // The policy of the steps is a matter of this page; the scenario keeps its own.
    scenario = wanted;
    const took = performance.now() - begun;
    $("run").onload = watchSteps;
    $("run").srcdoc = shown.page;
    tellEnd("nova");
    tellEnd("hardened");
    tellFaults();
    history.replaceState(null, "", scenario === written() ? "#" + name : "#s=" + toLink(scenario));
    say(`${name}: the run and its page took ${took.toFixed(0)} ms.`);
    $("said").dataset.runsBefore ??= runsNotShown;
  }

  // A browser compiles each function of the simulator when it is first called. Nobody should wait for that: two runs that
  // are not shown, each with a crash and a fault beside the same run without them, call most of what a story can need.
  function warmUp() {
    const faults = [{ at: "glance.upload.reset" }, { at: "compute.crash", during: { operation: "disk.extract" } }];
    for (const policy of ["nova", "hardened"]) {
      const broken = JSON.stringify({ ...library[name], faults });
      call("snapsim_show", ["string", "string"], broken, policy);
      call("snapsim_run", ["string", "string"], broken, policy);
      call("snapsim_branches", ["number"], 0);
      ++runsNotShown;
    }
  }

  function list() {
    const wanted = $("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = names.filter((one) => {
      const all = `${one} ${library[one].title ?? ""} ${library[one].why ?? ""}`.toLowerCase();
      return wanted.every((word) => all.includes(word));
    });
    $("story").replaceChildren(...found.map((one) => element("option", library[one].title ?? one, { value: one, selected: one === name })));
    say(`${found.length} of ${names.length} stories`);
  }

  function choose(chosen) {
    name = chosen;
    $("story").value = name;
    show(written());
  }

  function fromAddress() {
    const address = location.hash.slice(1);
    if (address.startsWith("s=")) {
      try {
        return show(fromLink(address.slice(2)));
      } catch {
        show(written());
        return say(`The link is cut off or broken; this is the story "${library[name].title ?? name}" instead.`);
      }
    }
    choose(names.includes(address) ? address : name);
  }

  $("find").addEventListener("input", list);
  $("story").addEventListener("change", () => choose($("story").value));
  $("policy").addEventListener("change", () => show(scenario));
  $("again").addEventListener("click", () => show(written()));
  $("share").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      say("The link is copied; it holds the whole scenario.");
    } catch {
      say("Copy it from the address bar: " + location.href);
    }
  });
  $("save").addEventListener("click", () => {
    const pretty = JSON.stringify(JSON.parse(scenario), null, 2) + "\n";
    const link = element("a", "", { href: URL.createObjectURL(new Blob([pretty], { type: "application/json" })), download: name + ".json" });
    link.click();
    URL.revokeObjectURL(link.href);
  });
  addEventListener("hashchange", fromAddress);
  list();
  await new Promise((done) => setTimeout(done));  // the page itself is painted first
  warmUp();
  fromAddress();
})();
