exports.handler = awslambda.streamifyResponse(async (event, responseStream) => {
  const asked = JSON.parse(event.body);
  if (asked.fail) throw new Error(asked.fail);
  if (asked.type) responseStream.setContentType(asked.type);
  if (asked.head) responseStream = awslambda.HttpResponseStream.from(responseStream, asked.head);
  for (const part of asked.parts) {
    responseStream.write(part);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  responseStream.end();
});
