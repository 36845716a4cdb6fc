// Puts the script of a page and all that it imports into one file, its styles into another, and the licences of it all into a third.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const SOURCES = [
  "build.js",
  "define.js",
  "package-lock.json",
  "package.json",
  "page.js",
];
const OUT = "../templates/senlib/static";

// A test compares this with the sources as they are, so that nobody changes them and forgets to build.
const sources = createHash("sha256")
  .update(SOURCES.map((name) => readFileSync(name, "utf8")).join(""))
  .digest("hex");

const { metafile } = await build({
  entryPoints: ["page.js"],
  outdir: OUT,
  bundle: true,
  inject: ["define.js"],
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  banner: {
    js: `/* Built from senlib/serve/script; licences in page.txt. ${sources} */`,
  },
  define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
  loader: { ".svg": "dataurl" },
  metafile: true,
  logLevel: "warning",
});

const folders = new Set(Object.keys(metafile.inputs).map(packageOf).filter(Boolean));
writeFileSync(join(OUT, "page.txt"), [...folders].sort().map(licence).join("\n\n"));

// The folder of the package that a file belongs to.
function packageOf(file) {
  return file.match(/^node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0];
}

function licence(folder) {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  const texts = readdirSync(folder)
    .filter((file) => /^licen[cs]e/i.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  return [`${name} ${version}: ${license}`, ...texts].join("\n\n");
}
