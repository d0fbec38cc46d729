// Writes index.html for what esbuild has built: node page.mjs META OUT. META is esbuild's metafile, OUT the folder of the client.
// The page names its script, its style, and every part that the script needs before it can run, so that a browser gets them at
// once instead of finding out about them one after the other.
import { readFileSync, writeFileSync } from "node:fs";

const [meta, out] = process.argv.slice(2);
const { outputs } = JSON.parse(readFileSync(meta, "utf8"));
const entry = Object.keys(outputs).find((name) => outputs[name].entryPoint === "src/main.tsx");
if (entry === undefined) throw new Error("esbuild built no entry");

/** What a file imports by a statement, and what that imports in turn. */
function needed(name, found = new Set()) {
  for (const { path, kind } of outputs[name].imports) {
    if (kind !== "import-statement" || found.has(path)) continue;
    found.add(path);
    needed(path, found);
  }
  return found;
}

const address = (name) => `/${name.slice(name.indexOf("assets/"))}`;
const lines = [
  `<link rel="stylesheet" href="${address(outputs[entry].cssBundle)}" />`,
  `<script type="module" src="${address(entry)}"></script>`,
  ...[...needed(entry)].map((part) => `<link rel="modulepreload" href="${address(part)}" />`),
];
const source = readFileSync("index.html", "utf8");
const line = '<script type="module" src="/src/main.tsx"></script>';
if (!source.includes(line)) throw new Error("index.html has no script line to replace");
writeFileSync(`${out}/index.html`, source.replace(line, lines.join("\n    ")));
