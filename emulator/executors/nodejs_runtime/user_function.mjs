// Finds the handler that a function names: `file.handler`, `folder/file.handler`, `file.object.handler`.
//
// The first dot behind the last slash parts file from handler. The file may be an ES module (.mjs, or .js under a
// package.json of "type": "module") or CommonJS (.cjs, .js, or any file without an ending); a name that is no file is
// looked up like any module [docs: nodejs-handler].

import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

import {
  HandlerNotFound, ImportModuleError, MalformedHandlerName, MalformedStreamingHandler, UserCodeSyntaxError,
} from "./errors.mjs";

const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");

// Requires are made from where AWS's are made, which a function that cannot be found shows in its error.
const require = createRequire(new URL("index.mjs", import.meta.url));

// Marks a handler as one that streams its response.
export function streamifyResponse(handler, options) {
  handler[STREAMING] = "response";
  if (options?.highWaterMark !== undefined) handler[HIGH_WATER_MARK] = Number(options.highWaterMark);
  return handler;
}

// Whether a handler streams: its options, or null.
export function streamingOptions(handler) {
  const mode = handler[STREAMING];
  if (mode === undefined || mode === null || mode === false) return null;
  if (mode !== "response") throw new MalformedStreamingHandler("Only response streaming is supported.");
  const highWaterMark = Number(handler[HIGH_WATER_MARK]);
  return Number.isNaN(highWaterMark) ? {} : { highWaterMark };
}

// The function that `handlerName` names, below the folder `root`. What the module raises while it is loaded is raised
// as it is, except for syntax errors and modules that are missing.
export async function load(root, handlerName) {
  if (handlerName.includes("..")) {
    throw new MalformedHandlerName(
      `'${handlerName}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const last = path.basename(handlerName);
  const folder = handlerName.slice(0, handlerName.length - last.length);
  const parts = /^([^.]*)\.(.*)$/.exec(last);
  if (parts === null) throw new MalformedHandlerName("Bad handler");
  const loaded = await _loadUserApp(root, folder, parts[1]);
  const handler = parts[2].split(".").reduce((inner, name) => inner?.[name], loaded);
  if (handler === undefined || handler === null) {
    throw new HandlerNotFound(`${handlerName} is undefined or not exported`);
  }
  if (typeof handler !== "function") throw new HandlerNotFound(`${handlerName} is not a function`);
  return handler;
}

async function _loadUserApp(root, folder, name) {
  try {
    return await loadModule(root, folder, name);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserCodeSyntaxError(String(error));
    if (error?.code === "MODULE_NOT_FOUND") throw new ImportModuleError(String(error));
    throw error;
  }
}

async function loadModule(root, folder, name) {
  const base = path.resolve(root, folder, name);
  if (isFile(base)) return require(base);
  if (isFile(`${base}.js`)) return isEsModule(`${base}.js`) ? importModule(`${base}.js`) : require(`${base}.js`);
  if (isFile(`${base}.mjs`)) return importModule(`${base}.mjs`);
  if (isFile(`${base}.cjs`)) return require(`${base}.cjs`);
  return require(require.resolve(name, { paths: [root, path.resolve(root, folder)] }));
}

async function importModule(file) {
  const folders = (process.env.NODE_PATH ?? "").split(path.delimiter);
  const found = folders.filter((folder) => path.basename(folder) === "node_modules" && fs.existsSync(folder));
  if (found.length > 0) (await import("./node_path.mjs")).searchNodePath(found);
  return import(pathToFileURL(file).href);
}

function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

// Whether the nearest package.json says so.
function isEsModule(file) {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const description = path.join(folder, "package.json");
    if (isFile(description)) return JSON.parse(fs.readFileSync(description, "utf8")).type === "module";
    if (folder === path.dirname(folder)) return false;
  }
}
