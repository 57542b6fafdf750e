// Modules compiled as Pyodide would: `node compile.mjs PYODIDE FOLDER` writes them beside the code
// of the folder. Nothing is loaded but Pyodide itself.
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [place, code] = process.argv.slice(2).map((path) => resolve(path) + "/");
const { loadPyodide } = await import(pathToFileURL(join(place, "pyodide.mjs")));
const pyodide = await loadPyodide({ indexURL: place, packageBaseUrl: place });
pyodide.mountNodeFS("/code", code);
pyodide.runPython(`
import compileall, py_compile, warnings
warnings.simplefilter("ignore")  # about the code of others
mode = py_compile.PycInvalidationMode.UNCHECKED_HASH  # a wheel's files have no time of their own
compileall.compile_dir("/code", quiet=2, stripdir="/code", invalidation_mode=mode)
`);
