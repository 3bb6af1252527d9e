// The global `awslambda` of Node.js functions [docs: config-rs-write-functions].

import { streamifyResponse } from "./user_function.mjs";

const HTTP_RESPONSE = "application/vnd.awslambda.http-integration-response";
const SEPARATOR_BYTES = 8; // zeros, between the metadata and the body

const HttpResponseStream = {
  // Has status, headers and cookies sent in front of what is written to the stream; returns the stream.
  from(stream, metadata) {
    stream.setContentType(HTTP_RESPONSE);
    stream._onBeforeFirstWrite = (write) => {
      write(JSON.stringify(metadata));
      write(Buffer.alloc(SEPARATOR_BYTES));
    };
    return stream;
  },
};

export function provideAwsLambda(variables) {
  const unwanted = ["1", "true"].includes(variables.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA);
  if (!unwanted) globalThis.awslambda = { ...globalThis.awslambda, streamifyResponse, HttpResponseStream };
}
