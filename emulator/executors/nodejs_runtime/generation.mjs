// What differs between AWS's Node.js runtimes. The runtime that the function names decides, not the Node.js that runs it:
// where another version stands in, the function still meets the rules of its own.

const named = /nodejs(\d+)\./.exec(process.env.AWS_EXECUTION_ENV ?? "")?.[1];
const major = Number(named ?? process.versions.node.split(".", 1)[0]);

// Until Node.js 22 a handler may call back, and what a function that is not async returns is not looked at. From 24 on
// what a handler returns counts, and callbacks are refused [docs: nodejs-handler] [blog: Node.js 24 runtime now
// available in AWS Lambda].
export const takesCallbacks = major < 24;

// [log: nodejs22.x, 2025-07]
export const warnsOfCallbacks = major >= 18 && major < 24;

// A promise that can never be settled is an error [docs: troubleshooting-invocation, Runtime.NodejsExit: 18 and newer].
export const missesPromises = major >= 18;

// How an error during init is told in the log, and the status with which the process then ends.
// [log: nodejs12.x to nodejs22.x, many; nodejs24.x, 2026-03] [unsure: the status of 24]
export const initFailure = major < 24 ? { what: "Uncaught Exception", status: 129 } : { what: "Init Error", status: 1 };
