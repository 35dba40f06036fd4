// Reads the forms whose readers are no programs of their own as their formats are documented: the JSON trace format that
// ui.perfetto.dev loads, ShiViz's log with its own pattern, and a JSON object a line. node read_exports.js FOLDER
"use strict";
const fs = require("fs");
const folder = process.argv[2];
let wrong = 0;
const check = (isRight, name, what) => {
  if (isRight) return;
  ++wrong;
  console.log(`wrong: ${name}: ${what}`);
};

function perfetto(name, text) {
  const { traceEvents } = JSON.parse(text);
  check(Array.isArray(traceEvents) && traceEvents.length > 0, name, "has no traceEvents");
  const begun = new Map();
  const flows = new Map();
  for (const event of traceEvents) {
    check(typeof event.ph === "string" && event.ph.length === 1, name, "an event without a phase");
    check(Number.isInteger(event.pid), name, `an event "${event.name}" without a process`);
    if (event.ph !== "M") check(Number.isFinite(event.ts) && event.ts >= 0, name, `"${event.name}" has no time`);
    const key = JSON.stringify([event.cat, event.id, event.pid]);
    if (event.ph === "X") check(event.dur >= 0, name, `"${event.name}" has no duration`);
    if (event.ph === "b") begun.set(key, (begun.get(key) ?? 0) + 1);
    if (event.ph === "e") begun.set(key, (begun.get(key) ?? 0) - 1);
    if (event.ph === "s") flows.set(event.id, true);
    if (event.ph === "f") check(flows.has(event.id), name, `a flow ${event.id} ends that has not begun`);
  }
  for (const [key, open] of begun) check(open === 0, name, `a slice ${key} is not closed`);
}

function shiviz(name, text) {
  const [pattern, delimiter, ...rest] = text.split("\n");
  check(delimiter === "", name, "the second line is no delimiter");
  const log = rest.join("\n").trimEnd();
  // ShiViz takes a regular expression with named groups, and runs it over all lines.
  const events = [...log.matchAll(new RegExp(pattern, "gm"))];
  check(events.length === log.split("\n").length, name, "the pattern does not match every line");
  const clocks = new Map();
  for (const { groups } of events) {
    const clock = JSON.parse(groups.clock);
    const before = clocks.get(groups.host) ?? {};
    check(clock[groups.host] === (before[groups.host] ?? 0) + 1, name, `${groups.host} counts its events wrongly`);
    for (const [host, count] of Object.entries(before)) check(clock[host] >= count, name, `${groups.host} forgets ${host}`);
    clocks.set(groups.host, clock);
  }
}

const readers = { perfetto, shiviz, trace: (name, text) => text.trimEnd().split("\n").forEach((line) => JSON.parse(line)) };
let count = 0;
for (const name of fs.readdirSync(folder).sort()) {
  const read = readers[name.slice(name.lastIndexOf(".") + 1)];
  if (!read) continue;
  ++count;
  try {
    read(name, fs.readFileSync(`${folder}/${name}`, "utf8"));
  } catch (error) {
    check(false, name, error.message);
  }
}
check(count > 0, folder, "there is nothing to read");
process.exit(wrong === 0 ? 0 : 1);
