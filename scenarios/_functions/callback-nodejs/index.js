exports.handler = (event, context, callback) => {
  const result = { waited: false };
  if (event.at_once) context.callbackWaitsForEmptyEventLoop = false;
  if (event.pending) setTimeout(() => (result.waited = true), 50);
  const error = event.error === "error" ? new Error("by callback") : event.error;
  if (event.by === "callback") callback(error, result);
  else if (event.by) context[event.by](error ?? result, result);
  return "is not looked at";
};
