// Runs every scenario with the WebAssembly build, under both policies, and compares the fingerprints with those of the
// native one.
//
//     node fingerprints.js snapsim.js NATIVE.json...      (each made by `snapsim run ... --disks model --json`)
"use strict";
const fs = require("fs");
const path = require("path");

const [engineFile, ...natives] = process.argv.slice(2);
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

require(path.resolve(engineFile))().then((engine) => {
  const times = [];
  let differing = 0;
  for (const native of natives) {
    for (const run of JSON.parse(fs.readFileSync(native, "utf8")).runs) {
      const text = fs.readFileSync(run.scenario, "utf8");
      const begun = performance.now();
      const answer = JSON.parse(engine.ccall("snapsim_run", "string", ["string", "string"], [text, run.policy]));
      times.push(performance.now() - begun);
      if (answer.run?.fingerprint === run.fingerprint) continue;
      ++differing;
      console.log(`${run.scenario}, ${run.policy}: ${answer.run?.fingerprint ?? answer.problems}, natively ${run.fingerprint}`);
    }
  }
  const slowest = Math.max(...times);
  console.log(`${times.length} runs, ${differing} with another fingerprint; median ${median(times).toFixed(1)} ms, slowest ${slowest.toFixed(1)} ms`);
  process.exit(differing > 0 || times.length === 0 ? 1 : 0);
});
