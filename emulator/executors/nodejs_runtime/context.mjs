// The context object of an invocation [docs: nodejs-context]; its members in the order in which AWS's are printed.

// `headers` are those of the event. Raises an Error for a client context or identity that is no JSON.
export function createContext(headers, variables) {
  return describe({}, headers, variables);
}

// A context for handlers that may call back, and the callback. `finish(error, value)` ends the invocation. With
// `callbackWaitsForEmptyEventLoop` a callback takes effect through `whenIdle`, else at the end of this turn.
export function createCallbackContext(headers, variables, finish, whenIdle) {
  let waits = true;
  const context = {
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
    succeed: (value) => finish(null, value),
    fail: (error) => finish(error ?? "handled"),
    done: finish,
  };
  const callback = (error, value) => {
    if (waits) whenIdle(() => finish(error, value));
    else setImmediate(() => finish(error, value));
  };
  return { context: describe(context, headers, variables), callback };
}

function describe(context, headers, variables) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  context.functionVersion = variables.AWS_LAMBDA_FUNCTION_VERSION;
  context.functionName = variables.AWS_LAMBDA_FUNCTION_NAME;
  context.memoryLimitInMB = variables.AWS_LAMBDA_FUNCTION_MEMORY_SIZE;
  context.logGroupName = variables.AWS_LAMBDA_LOG_GROUP_NAME;
  context.logStreamName = variables.AWS_LAMBDA_LOG_STREAM_NAME;
  context.clientContext = parsed("client context", headers["lambda-runtime-client-context"]);
  context.identity = parsed("identity", headers["lambda-runtime-cognito-identity"]);
  context.invokedFunctionArn = headers["lambda-runtime-invoked-function-arn"];
  context.awsRequestId = headers["lambda-runtime-aws-request-id"];
  const tenantId = headers["lambda-runtime-aws-tenant-id"];
  if (tenantId) context.tenantId = tenantId;
  context.getRemainingTimeInMillis = function getRemainingTimeInMillis() {
    return deadline - Date.now();
  };
  return context;
}

function parsed(name, text) {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}
