// Lessons in the browser's Python, under Node: `node run.mjs DISTRIBUTION`.
//
// Reads the path of a notebook a line, and prints a line of JSON for each: {"lesson", "seconds",
// "differences"}. Nothing is loaded but the files of the distribution: Node's fetch is taken away.
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]) + "/";
globalThis.fetch = (address) => {
  throw new Error(`nothing is to be asked of the network, and this was: ${address}`);
};

// IPython asks for jedi, which completes what a person types. Nobody types here, and to unpack it
// takes as long as all the rest.
const lock = JSON.parse(readFileSync(join(folder, "pyodide-lock.json"), "utf8"));
const { ipython } = lock.packages;
ipython.depends = ipython.depends.filter((name) => name !== "jedi");

const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")));
const pyodide = await loadPyodide({
  indexURL: folder,
  packageBaseUrl: folder,
  lockFileContents: JSON.stringify(lock),
  packages: ["ipython", "anatomy-of-a-cloud-hack"],
  stdout: () => {}, // of Pyodide itself
});
const compare = pyodide.runPython(readFileSync(new URL("in_pyodide.py", import.meta.url), "utf8"));

// The code of a notebook as one text.
function codeOf(notebook) {
  const { cells } = JSON.parse(notebook);
  return cells.filter((cell) => cell.cell_type === "code").map((cell) => [cell.source].flat().join("")).join("\n");
}

for await (const path of createInterface({ input: process.stdin })) {
  const began = performance.now();
  const notebook = readFileSync(path, "utf8");
  await pyodide.loadPackagesFromImports(codeOf(notebook)); // as a kernel does, cell by cell
  const differences = JSON.parse(compare(notebook));
  const seconds = (performance.now() - began) / 1000;
  console.log(JSON.stringify({ lesson: basename(path), seconds, differences }));
}
