// Writes a page that parses every Mermaid diagram of a folder with Mermaid itself and tells the outcome in its title:
// node mermaid_page.js FOLDER mermaid.min.js
"use strict";
const fs = require("fs");
const [folder, library] = process.argv.slice(2);
const diagrams = [];
for (const name of fs.readdirSync(folder).filter((one) => one.endsWith(".mermaid")).sort()) {
  const text = fs.readFileSync(`${folder}/${name}`, "utf8");
  // A long run is a page of Markdown with several diagrams.
  const fenced = [...text.matchAll(/```mermaid\n([\s\S]*?)```/g)].map((match) => match[1]);
  for (const diagram of fenced.length > 0 ? fenced : [text]) diagrams.push({ name, diagram });
}
const inScript = (text) => text.replaceAll("</", "<\\/");
process.stdout.write(`<!DOCTYPE html><meta charset="utf-8"><title>nothing was read</title>
<script src="file://${require("path").resolve(library)}"></script>
<script>
const diagrams = ${inScript(JSON.stringify(diagrams))};
(async () => {
  mermaid.initialize({ startOnLoad: false });
  for (const { name, diagram } of diagrams) {
    if (diagram.length >= 50000) throw new Error(name + ": longer than Mermaid allows");
    const { diagramType } = await mermaid.parse(diagram).catch((error) => { throw new Error(name + ": " + error.message); });
    if (diagramType !== "sequence") throw new Error(name + ": is a " + diagramType);
  }
  document.title = "all are read, " + diagrams.length + " diagrams";
})().catch((error) => { document.title = String(error); });
</script>
`);
