// One invocation on its way to a result or an error, told to the Runtime API exactly once.

import { JSONStringifyError, isError, json, toPosted } from "./errors.mjs";
import { takesCallbacks } from "./generation.mjs";
import { logFailure } from "./logging.mjs";

const LISTENER = Symbol.for("aws.lambda.beforeExit"); // tools that watch functions know this name

// Has `listener` called when the event loop has nothing left to do.
export function onEmptyLoop(listener) {
  globalThis[LISTENER] = listener;
}

export function watchEmptyLoop() {
  onEmptyLoop(() => {});
  process.on("beforeExit", () => globalThis[LISTENER]());
}

export class Invocation {
  over = false;
  #api;
  #id;
  #onOver;

  // `onOver` is called when the invocation has been told of.
  constructor(api, id, onOver) {
    this.#api = api;
    this.#id = id;
    this.#onOver = onOver;
  }

  // What the function returned.
  succeed(value) {
    let text;
    try {
      text = JSON.stringify(value) ?? "null";
    } catch {
      const Failure = takesCallbacks ? Error : JSONStringifyError;
      this.fail(new Failure("Unable to stringify response body"));
      return;
    }
    if (this.end()) this.#api.respond(this.#id, text).then(check, leave);
  }

  // The function failed: tells the log and the caller.
  fail(error) {
    if (this.over) return;
    logFailure("Invoke Error", isError(error) ? error : new Error(String(error)));
    this.tell(error).then(check, leave);
  }

  // Tells the caller of an error. A promise of the Runtime API's status.
  tell(error) {
    if (!this.end()) return Promise.resolve();
    const posted = toPosted(error);
    return this.#api.fail(this.#id, json(posted), posted.errorType);
  }

  // From here on nothing more is told. False if it was so before.
  end() {
    if (this.over) return false;
    this.over = true;
    onEmptyLoop(() => {});
    this.#onOver();
    return true;
  }
}

// 500 means that the environment is beyond use [docs: runtimes-api]. Whatever else is refused has been told to the
// caller by Lambda itself.
export function check(status) {
  if (status === 500) process.exit(1);
}

export function leave() {
  process.exit(1);
}
