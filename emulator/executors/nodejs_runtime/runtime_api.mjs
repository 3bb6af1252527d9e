// The Runtime API, over one kept connection.
//
// A socket of our own rather than node:http, which takes twice as long to load and several times as long to ask. What we
// need of HTTP is little: answers come in order, each with a Content-Length. There is no time-out on purpose: `next`
// waits as long as it takes.
//
// While function code runs the connection keeps nobody alive (`rest`), so that an event loop in which nothing is left to
// do is seen as empty; whatever is asked holds it alive again.

import net from "node:net";

const API = "/2018-06-01/runtime";
const END_OF_HEAD = "\r\n\r\n";
const TRAILERS = "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body";

export class RuntimeApi {
  #host;
  #port;
  #constant; // what every request says
  #socket = null;
  #waiting = []; // who waits for an answer, oldest first
  #start = null; // bytes of a head that is not complete
  #answer = null; // the answer that is being read
  #asked = null; // the last request, if it may be made again
  #fresh = true; // nothing was heard on this connection yet

  // `address` is `host:port`.
  constructor(address, userAgent) {
    const colon = address.lastIndexOf(":");
    this.#host = address.slice(0, colon);
    this.#port = Number(address.slice(colon + 1));
    this.#constant = `Host: ${address}\r\nUser-Agent: ${userAgent}\r\n`;
  }

  // The next event: { headers, body }, headers by lower-case name. Waits for it.
  async next() {
    const request = `GET ${API}/invocation/next HTTP/1.1\r\n${this.#constant}\r\n`;
    const answer = this.#ask(request);
    this.#asked = request;
    const { status, headers, body } = await answer;
    if (status !== 200) throw new Error(`The Runtime API answered ${status} to next.`);
    return { headers, body };
  }

  // Sends the result of an invocation, as JSON text. The promise is of the answer's status.
  respond(id, text) {
    return this.#post(`/invocation/${encodeURIComponent(id)}/response`, text, "application/json", "");
  }

  // Sends the error of an invocation. `body` is JSON text.
  fail(id, body, errorType) {
    return this.#post(`/invocation/${encodeURIComponent(id)}/error`, body, "application/json", errorHeader(errorType));
  }

  // Says that there will be no runtime.
  failInit(body, errorType) {
    return this.#post("/init/error", body, "application/json", errorHeader(errorType));
  }

  // Begins a streamed response: { write(bytes, callback), end(error), done }. `done` is a promise of the status; `error`
  // is undefined or { type, body } and goes into the trailers.
  stream(id, contentType) {
    const head =
      `POST ${API}/invocation/${encodeURIComponent(id)}/response HTTP/1.1\r\n${this.#constant}` +
      `Lambda-Runtime-Function-Response-Mode: streaming\r\nTrailer: ${TRAILERS}\r\n` +
      `Content-Type: ${printable(contentType)}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const done = this.#ask(head).then((answer) => answer.status);
    const socket = this.#socket;
    socket.unref(); // the function is still running
    return {
      done,
      write(bytes, callback) {
        if (bytes.length === 0) return callback(); // an empty chunk would be the end
        socket.cork();
        socket.write(`${bytes.length.toString(16)}\r\n`);
        socket.write(bytes);
        socket.write("\r\n", callback);
        socket.uncork();
      },
      end(error) {
        const trailers = error
          ? `Lambda-Runtime-Function-Error-Type: ${printable(error.type)}\r\n` +
            `Lambda-Runtime-Function-Error-Body: ${Buffer.from(error.body).toString("base64")}\r\n`
          : "";
        socket.ref();
        socket.write(`0\r\n${trailers}\r\n`);
      },
    };
  }

  // From here on the connection keeps the process alive no longer, until something is asked.
  rest() {
    this.#socket?.unref();
  }

  #post(path, body, contentType, headers) {
    const request =
      `POST ${API}${path} HTTP/1.1\r\n${this.#constant}${headers}Content-Type: ${contentType}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    return this.#ask(request).then((answer) => answer.status);
  }

  #ask(request) {
    this.#asked = null;
    const socket = this.#socket ?? this.#connect();
    socket.ref();
    socket.write(request);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #connect() {
    const socket = net.connect({ host: this.#host, port: this.#port }).setNoDelay(true);
    socket.on("data", (data) => this.#read(data));
    socket.on("error", () => {}); // "close" follows
    socket.on("close", () => this.#closed(socket));
    this.#start = this.#answer = null;
    this.#fresh = true;
    this.#socket = socket;
    return socket;
  }

  // A kept connection may be closed while it is not used. `next` may be asked twice; nothing else may.
  #closed(socket) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    const waiting = this.#waiting.splice(0);
    if (waiting.length === 0) return;
    if (waiting.length === 1 && this.#asked !== null && !this.#fresh) {
      this.#connect().write(this.#asked);
      this.#waiting.push(waiting[0]);
    } else {
      for (const { reject } of waiting) reject(new Error("The Runtime API closed the connection."));
    }
  }

  #read(data) {
    this.#fresh = false;
    let at = 0;
    while (at < data.length) {
      at = this.#answer === null ? this.#readHead(data, at) : this.#readBody(data, at);
    }
  }

  #readHead(data, at) {
    const held = this.#start === null ? 0 : this.#start.length;
    const bytes = held ? Buffer.concat([this.#start, data]) : data; // a head begins a read or is continued by one
    const end = bytes.indexOf(END_OF_HEAD, held ? 0 : at);
    if (end < 0) {
      this.#start = held ? bytes : bytes.subarray(at);
      return data.length;
    }
    const [first, ...lines] = bytes.toString("utf8", held ? 0 : at, end).split("\r\n");
    const headers = {};
    for (const line of lines) {
      const colon = line.indexOf(":");
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const length = Number(headers["content-length"] ?? 0);
    this.#start = null;
    this.#answer = { status: Number(first.split(" ", 2)[1]), headers, body: Buffer.allocUnsafe(length), filled: 0 };
    if (length === 0) this.#complete();
    return end + END_OF_HEAD.length - held;
  }

  #readBody(data, at) {
    const answer = this.#answer;
    const copied = data.copy(answer.body, answer.filled, at);
    answer.filled += copied;
    if (answer.filled === answer.body.length) this.#complete();
    return at + copied;
  }

  #complete() {
    const answer = this.#answer;
    this.#answer = null;
    this.#waiting.shift()?.resolve(answer);
  }
}

function errorHeader(errorType) {
  return `Lambda-Runtime-Function-Error-Type: ${printable(errorType)}\r\n`;
}

// A header is one line of plain text, whatever a function calls its errors.
function printable(text) {
  return String(text).replace(/[^\x20-\x7e]/g, "?");
}
