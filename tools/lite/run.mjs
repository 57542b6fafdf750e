// Every lesson in the browser's Python, under Node: `node run.mjs DISTRIBUTION NOTEBOOK...`.
//
// Prints a line of JSON a lesson: {"lesson", "seconds", "differences"}. Nothing is loaded but the
// files of the distribution: Node's fetch is taken away.
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [distribution, ...notebooks] = process.argv.slice(2);
const folder = resolve(distribution) + "/";
globalThis.fetch = (address) => {
  throw new Error(`nothing is to be asked of the network, and this was: ${address}`);
};

const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")));
const pyodide = await loadPyodide({
  indexURL: folder,
  packages: ["ipython", "labutils"],
  stdout: () => {}, // of Pyodide itself
});
const compare = pyodide.runPython(readFileSync(new URL("in_pyodide.py", import.meta.url), "utf8"));

for (const path of notebooks) {
  const began = performance.now();
  const differences = JSON.parse(compare(readFileSync(path, "utf8")));
  const seconds = (performance.now() - began) / 1000;
  console.log(JSON.stringify({ lesson: basename(path), seconds, differences }));
}
