// Prints the scenarios of a folder as one JSON object, by name: what a page needs to run them, without what they expect.
// node library.js FOLDER
"use strict";
const fs = require("fs");
const path = require("path");

const folder = process.argv[2];
const library = {};
for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".json")).sort()) {
  const scenario = JSON.parse(fs.readFileSync(path.join(folder, file), "utf8"));
  delete scenario.$schema;
  delete scenario.expect;
  delete scenario.violates;
  library[path.basename(file, ".json")] = scenario;
}
// In a script element, nothing may look like its end.
fs.writeFileSync(1, JSON.stringify(library).replaceAll("</", "<\\/"));
