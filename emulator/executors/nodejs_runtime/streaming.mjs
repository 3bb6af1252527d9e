// Streamed responses: the stream that a handler writes to, and the invocation behind it.
//
// The upload begins with the first byte; until then an error is told like any other. Afterwards it follows in trailers:
// its type, and its body as base64 of JSON [docs: runtimes-custom, response streaming].

import { Writable } from "node:stream";

import { InvalidStreamingOperation, json, toPosted } from "./errors.mjs";
import { Invocation, check, leave } from "./invocation.mjs";

export class StreamingInvocation extends Invocation {
  #api;
  #id;
  #upload = null;

  constructor(api, id, onOver) {
    super(api, id, onOver);
    this.#api = api;
    this.#id = id;
  }

  get begun() {
    return this.#upload !== null;
  }

  begin(contentType) {
    this.#upload = this.#api.stream(this.#id, contentType);
  }

  write(bytes, callback) {
    if (this.over) callback();
    else this.#upload.write(bytes, callback);
  }

  // The response is complete.
  complete() {
    if (!this.over) this.#close().then(check, leave);
  }

  tell(error) {
    return this.begun ? this.#close(error) : super.tell(error);
  }

  #close(error) {
    if (this.over) return Promise.resolve();
    if (error === undefined) {
      this.#upload.end();
    } else {
      const posted = toPosted(error);
      this.#upload.end({ type: posted.errorType, body: json(posted) });
    }
    this.end();
    return this.#upload.done;
  }
}

export class ResponseStream extends Writable {
  #invocation;
  #contentType = "application/octet-stream";
  _onBeforeFirstWrite = null; // AWS's name for it; HttpResponseStream.from sets it

  constructor(invocation, options) {
    super(options);
    this.#invocation = invocation;
  }

  setContentType(type) {
    if (this.#invocation.begun) throw new InvalidStreamingOperation("Cannot set content-type, too late.");
    this.#contentType = type;
  }

  _write(chunk, encoding, callback) {
    this.#begin();
    this.#invocation.write(bytesOf(chunk, encoding), callback);
  }

  _final(callback) {
    this.#begin();
    callback();
  }

  #begin() {
    if (this.#invocation.begun || this.#invocation.over) return;
    this.#invocation.begin(this.#contentType);
    this._onBeforeFirstWrite?.((chunk) => this.#invocation.write(bytesOf(chunk), () => {}));
  }
}

function bytesOf(chunk, encoding) {
  if (typeof chunk === "string") return Buffer.from(chunk, encoding === "buffer" ? undefined : encoding);
  if (chunk instanceof Uint8Array) return chunk;
  return Buffer.from(JSON.stringify(chunk)); // AWS's stream takes objects too
}
