// What `console` writes, in the text format and in JSON (logs.md §3 to §5):
//
//     <ISO time>⇥<request id>⇥<LEVEL>⇥<message>
//     {"timestamp":…,"level":…,"requestId":…,"message":…}
//
// With a log descriptor each record is a frame of its own, so line breaks in a message do not part it: type, length and
// time in microseconds, big-endian, then the message. Without one, records are lines of the standard output, and a line
// break in a message becomes \r.

import fs from "node:fs";
import { format } from "node:util";

import { isError, json, toLogged, toRecord } from "./errors.mjs";

const LEVELS = { TRACE: 4, DEBUG: 8, INFO: 12, WARN: 16, ERROR: 20, FATAL: 24 }; // the values are the frames' masks
const METHODS = { trace: "TRACE", debug: "DEBUG", info: "INFO", log: "INFO", warn: "WARN", error: "ERROR", fatal: "FATAL" };
const TEXT_FRAME = 0xa55a0003;
const JSON_FRAME = 0xa55a0002;
const HEADER = 16; // bytes

let requestId; // `undefined`, which the text format prints as such, until the first invocation
let tenantId;
let asJson = false;
let lowest = 0;
let descriptor = null;

// Takes over the methods of `console`, as the environment variables say, and hides the log descriptor from the function.
export function patchConsole(variables) {
  asJson = variables.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === "JSON";
  lowest = LEVELS[variables.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()] ?? 0;
  const given = Number.parseInt(variables._LAMBDA_TELEMETRY_LOG_FD, 10);
  delete variables._LAMBDA_TELEMETRY_LOG_FD;
  descriptor = Number.isNaN(given) ? null : given;
  for (const [method, level] of Object.entries(METHODS)) {
    console[method] = LEVELS[level] < lowest ? () => {} : (...values) => write(level, values);
  }
}

// The invocation that the records from here on belong to.
export function setInvocation(id, tenant) {
  requestId = id;
  tenantId = tenant;
}

// Tells of an error that ends an invocation or the runtime: `Invoke Error ⇥{…}`.
export function logFailure(what, error) {
  if (LEVELS.ERROR < lowest) return;
  if (asJson) writeRecord("ERROR", { message: toRecord(error) });
  else writeText("ERROR", `${what} \t${json(toLogged(error))}`);
}

function write(level, values) {
  if (asJson) writeRecord(level, membersOf(values));
  else writeText(level, format(...values));
}

// One value is kept as it is; several become a text, and the first error among them stands beside it.
function membersOf(values) {
  if (values.length === 1) return { message: isError(values[0]) ? toRecord(values[0]) : values[0] };
  const error = values.find(isError);
  return { message: format(...values), ...(error && toRecord(error)) };
}

function writeText(level, message) {
  const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${message}`;
  if (descriptor === null) process.stdout.write(`${line.replace(/\n/g, "\r")}\n`);
  else writeFrame(TEXT_FRAME, level, `${line}\n`);
}

function writeRecord(level, members) {
  const known = { timestamp: new Date().toISOString(), level, requestId, tenantId };
  const line = `${serialised(known, members)}\n`;
  if (descriptor === null) process.stdout.write(line);
  else writeFrame(JSON_FRAME, level, line);
}

function serialised(known, members) {
  try {
    return JSON.stringify({ ...known, ...members }, (_name, value) => (isError(value) ? toRecord(value) : value));
  } catch {
    return JSON.stringify({ ...known, message: format(members.message) }); // a cycle, a BigInt
  }
}

function writeFrame(type, level, text) {
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(HEADER + length);
  frame.writeUInt32BE((type | LEVELS[level]) >>> 0, 0);
  frame.writeUInt32BE(length, 4);
  frame.writeBigUInt64BE(BigInt(Date.now()) * 1000n, 8);
  frame.write(text, HEADER);
  for (let at = 0; at < frame.length; ) {
    try {
      at += fs.writeSync(descriptor, frame, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); // the pipe is full: a millisecond's sleep
    }
  }
}
