// Bundles the browser's libraries into ../static/vendor, and axe for the tests; `make vendor` runs it.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const into = join(here, "..", "static", "vendor");
const tests = join(here, "..", "..", "tests", "agent_console", "vendor");
const modules = join(process.env.NODE_MODULES ?? join(here, "node_modules"));

const copied = {
  "htmx.org/dist/htmx.min.js": "htmx.min.js",
  "htmx-ext-sse/dist/sse.min.js": "htmx-sse.min.js",
  "idiomorph/dist/idiomorph-ext.min.js": "idiomorph-ext.min.js",
  "uplot/dist/uPlot.iife.min.js": "uplot.min.js",
  "uplot/dist/uPlot.min.css": "uplot.min.css",
};
const bundled = {
  "jssip.min.js": `export { default } from "jssip";`,
  "codemirror.min.js": `export { EditorView, basicSetup } from "codemirror";
    export { EditorState, Compartment, StateEffect, StateField } from "@codemirror/state";
    export { keymap, Decoration, hoverTooltip } from "@codemirror/view";
    export { indentWithTab } from "@codemirror/commands";
    export { lintGutter, setDiagnostics, linter, forceLinting } from "@codemirror/lint";
    export { yaml } from "@codemirror/lang-yaml";`,
};

for (const folder of [into, tests]) mkdirSync(folder, { recursive: true });
for (const [from, to] of Object.entries(copied)) copyFileSync(join(modules, from), join(into, to));
copyFileSync(join(modules, "axe-core", "axe.min.js"), join(tests, "axe.min.js"));
for (const [file, contents] of Object.entries(bundled)) {
  await build({
    stdin: { contents, resolveDir: dirname(modules), loader: "js" },
    outfile: join(into, file),
    bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none", define: { global: "globalThis" },
  });
}
const { dependencies } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
const licences = Object.keys(dependencies).sort().map((name) => {
  const { version, license } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
  return { name, version, licence: license ?? "0BSD" }; // htmx-ext-sse states it in its repository only
});
writeFileSync(join(into, "licences.json"), JSON.stringify(licences, null, 2) + "\n");
