// Errors: those that the runtime itself raises, and the two forms in which any error is told: to the caller and to the
// log [docs: nodejs-exceptions] [log: nodejs12.x to nodejs24.x, many].

class RuntimeError extends Error {}

// The name must be on the prototype: a stack begins with the name that is known when the error is made.
function errorType(name) {
  const type = class extends RuntimeError {};
  Object.defineProperty(type, "name", { value: name });
  Object.defineProperty(type.prototype, "name", { value: `Runtime.${name}`, configurable: true, writable: true });
  return type;
}

export const ImportModuleError = errorType("ImportModuleError");
export const UserCodeSyntaxError = errorType("UserCodeSyntaxError");
export const HandlerNotFound = errorType("HandlerNotFound");
export const MalformedHandlerName = errorType("MalformedHandlerName");
export const MalformedStreamingHandler = errorType("MalformedStreamingHandler");
export const InvalidStreamingOperation = errorType("InvalidStreamingOperation");
export const CallbackHandlerDeprecated = errorType("CallbackHandlerDeprecated");
export const JSONStringifyError = errorType("JSONStringifyError");
export const NodeJsExit = errorType("NodeJsExit");

export class UnhandledPromiseRejection extends errorType("UnhandledPromiseRejection") {
  constructor(reason, promise) {
    super(text(reason));
    this.reason = reason;
    this.promise = promise;
  }
}

// What the caller of a failed invocation gets.
export function toPosted(error) {
  if (!isError(error)) return { errorType: typeof error, errorMessage: text(error), trace: [] };
  return { errorType: text(error.name), errorMessage: text(error.message), trace: lines(error.stack) };
}

// What the log in text format shows of an error: its own members stand between message and stack.
export function toLogged(error) {
  if (!isError(error)) return toPosted(error);
  const { name: errorType, message: errorMessage, code, stack } = error;
  return { errorType, errorMessage, code, ...members(error, toLogged), stack: lines(stack) };
}

// What a log in JSON format holds in the place of an error.
export function toRecord(error) {
  if (!isError(error)) return text(error);
  const { errorType, errorMessage, trace: stackTrace } = toPosted(error);
  return { errorType, errorMessage, stackTrace, ...members(error, toRecord) };
}

export function isError(value) {
  return (
    typeof value === "object" && value !== null &&
    typeof value.stack === "string" && typeof value.message === "string" && value.name !== undefined
  );
}

// JSON text of something that may hold what JSON cannot.
export function json(value) {
  try {
    return JSON.stringify(value);
  } catch {
    const { errorType, errorMessage, trace, stack, stackTrace } = value;
    return JSON.stringify({ errorType, errorMessage, trace, stack, stackTrace });
  }
}

function members(error, form) {
  const own = Object.entries(error).map(([name, value]) => [name, isError(value) && value !== error ? form(value) : value]);
  return Object.fromEntries(own);
}

function lines(stack) {
  return text(stack).split("\n");
}

function text(value) {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
