// Starts a Node.js function, and hands it one event after the other.
//
// The files beside this one are joined into it before it runs (nodejs_bundle.py): one module loads quicker than ten.
//
// Some names are AWS's because functions see them in their stack traces: this file's, `Runtime`, `handleOnceNonStreaming`
// and `handleOnceStreaming`.

import { types } from "node:util";

import { provideAwsLambda } from "./awslambda.mjs";
import { createCallbackContext, createContext } from "./context.mjs";
import {
  CallbackHandlerDeprecated, MalformedStreamingHandler, NodeJsExit, UnhandledPromiseRejection, json, toPosted,
} from "./errors.mjs";
import { initFailure, missesPromises, takesCallbacks, warnsOfCallbacks } from "./generation.mjs";
import { Invocation, leave, onEmptyLoop, watchEmptyLoop } from "./invocation.mjs";
import { logFailure, patchConsole, setInvocation } from "./logging.mjs";
import { RuntimeApi } from "./runtime_api.mjs";
import { ResponseStream, StreamingInvocation } from "./streaming.mjs";
import { load, streamingOptions } from "./user_function.mjs";

// What is told of callbacks [log: nodejs22.x, 2025-07; nodejs24.x, 2026-01].
const CALLBACKS_END =
  "AWS Lambda plans to remove support for callback-based function handlers starting with Node.js 24. You will need to " +
  "update this function to use an async handler to use Node.js 24 or later. For more information and to provide " +
  "feedback on this change, see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/137. To " +
  "disable this warning, set the AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING environment variable.";
const CALLBACKS_ENDED =
  "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to " +
  "modify this function to use a supported handler signature to use Node.js 24 or later. For more information see " +
  "https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";

// [docs: troubleshooting-invocation] [log: "a Promise that was never settled", many]
const NEVER_SETTLED =
  "Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was " +
  "never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes";

class Runtime {
  invocation = null; // the present one
  ending = false; // the process is about to exit
  #api;
  #variables;
  #streaming; // options, or null
  #isAsync;

  constructor(api, handler, variables) {
    this.handler = handler;
    this.#api = api;
    this.#variables = variables;
    this.#streaming = streamingOptions(handler);
    this.#isAsync = types.isAsyncFunction(handler);
    if (handler.length >= 3 && !this.#isAsync && this.#streaming === null) this.#judgeCallback();
  }

  async handleOnceNonStreaming() {
    const { headers, body } = await this.#next();
    const invocation = (this.invocation = new Invocation(this.#api, idOf(headers), () => this.#scheduleNext()));
    onEmptyLoop(() => {
      if (missesPromises && (this.#isAsync || !takesCallbacks)) invocation.fail(new NodeJsExit(NEVER_SETTLED));
      else invocation.succeed(null);
    });
    const succeed = (value) => invocation.succeed(value);
    const fail = (error) => invocation.fail(error ?? "handled");
    try {
      if (takesCallbacks) {
        const finish = (error, value) => (error === null || error === undefined ? succeed(value) : fail(error));
        const { context, callback } = createCallbackContext(headers, this.#variables, finish, onEmptyLoop);
        const result = this.handler(JSON.parse(body), context, callback);
        if (isPromise(result)) result.then(succeed, fail);
      } else {
        const result = this.handler(JSON.parse(body), createContext(headers, this.#variables));
        if (isPromise(result)) result.then(succeed, fail);
        else succeed(result);
      }
    } catch (error) {
      fail(error);
    }
  }

  async handleOnceStreaming() {
    const { headers, body } = await this.#next();
    const invocation = new StreamingInvocation(this.#api, idOf(headers), () => this.#scheduleNext());
    this.invocation = invocation;
    onEmptyLoop(() => invocation.fail(new NodeJsExit(NEVER_SETTLED)));
    const stream = new ResponseStream(invocation, this.#streaming);
    const ended = new Promise((resolve, reject) => stream.once("finish", resolve).once("error", reject));
    ended.catch(() => {}); // heard below, or of no interest any more
    try {
      const result = this.handler(JSON.parse(body), stream, createContext(headers, this.#variables));
      if (!isPromise(result)) throw new MalformedStreamingHandler("Streaming does not support non-async handlers.");
      await result;
      await ended;
      invocation.complete();
    } catch (error) {
      invocation.fail(error ?? "handled");
    }
  }

  // Serves an event, and then the next, for as long as there is a Runtime API.
  serveNext() {
    this.invocation = null;
    const served = this.#streaming === null ? this.handleOnceNonStreaming() : this.handleOnceStreaming();
    served.catch(leave);
  }

  // A rejection that nobody handled is noticed after this turn, and must not meet the next event.
  #scheduleNext() {
    setImmediate(() => {
      if (!this.ending) this.serveNext();
    });
  }

  async #next() {
    const event = await this.#api.next();
    this.#api.rest();
    setInvocation(idOf(event.headers), event.headers["lambda-runtime-aws-tenant-id"]);
    const traceId = event.headers["lambda-runtime-trace-id"];
    if (traceId) process.env._X_AMZN_TRACE_ID = traceId;
    else delete process.env._X_AMZN_TRACE_ID;
    return event;
  }

  #judgeCallback() {
    if (!takesCallbacks) throw new CallbackHandlerDeprecated(CALLBACKS_ENDED);
    const hushed = this.#variables.AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING !== undefined;
    if (warnsOfCallbacks && !hushed) console.warn(CALLBACKS_END);
  }
}

function idOf(headers) {
  return headers["lambda-runtime-aws-request-id"];
}

function isPromise(value) {
  return typeof value?.then === "function";
}

// --- The process ---

const variables = process.env;
patchConsole(variables);
provideAwsLambda(variables);
watchEmptyLoop();
const api = new RuntimeApi(variables.AWS_LAMBDA_RUNTIME_API, `aws-lambda-nodejs/${process.version}`);
let runtime = null;
let dying = false;

// Tells of an error that ends the process, and ends it.
async function die(what, error, status) {
  if (dying) return;
  dying = true;
  if (runtime !== null) runtime.ending = true;
  logFailure(what, error);
  try {
    const posted = toPosted(error);
    if (runtime === null) await api.failInit(json(posted), posted.errorType);
    else await runtime.invocation?.tell(error);
  } finally {
    process.exit(status);
  }
}

process.on("uncaughtException", (error) => die("Uncaught Exception", error, 129));
process.on("unhandledRejection", (reason, promise) => {
  die("Unhandled Promise Rejection", new UnhandledPromiseRejection(reason, promise), 128);
});

async function start() {
  try {
    const handler = await load(variables.LAMBDA_TASK_ROOT, variables._HANDLER);
    runtime = new Runtime(api, handler, variables);
  } catch (error) {
    await die(initFailure.what, error, initFailure.status);
  }
  runtime.serveNext();
}

await start();
