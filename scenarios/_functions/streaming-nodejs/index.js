exports.handler = awslambda.streamifyResponse(async (event, responseStream) => {
  if (event.fail) throw new Error(event.fail);
  if (event.type) responseStream.setContentType(event.type);
  for (const part of event.parts) {
    responseStream.write(part);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  if (event.fail_after) throw new Error(event.fail_after);
  responseStream.end();
});
