// The AWS SDK for JavaScript v3, unchanged, against an emulator: `node --test flow.mjs`, endpoint and credentials as the
// SDK takes them from the environment, PACKAGE the path of a zip whose app.handler greets.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import * as lambda from "@aws-sdk/client-lambda";

const client = new lambda.LambdaClient({ maxAttempts: 1 });
const code = readFileSync(process.env.PACKAGE);
const Role = "arn:aws:iam::000000000000:role/any";
const FunctionName = "javascript";
const waiting = { client, minDelay: 1, maxDelay: 1, maxWaitTime: 60 };

const send = (name, input = {}) => client.send(new lambda[`${name}Command`](input));
const text = (bytes) => new TextDecoder().decode(bytes);
const create = (name) =>
  send("CreateFunction", { FunctionName: name, Runtime: "python3.12", Handler: "app.handler", Role, Code: { ZipFile: code } });

async function all(pages, key) {
  const found = [];
  let count = 0;
  for await (const page of pages) {
    found.push(...page[key]);
    count += 1;
  }
  assert.ok(count >= 2, `${count} page`);
  return found;
}

before(async () => {
  const created = await create(FunctionName);
  assert.equal(created.$metadata.httpStatusCode, 201);
  assert.equal(created.State, lambda.State.Pending);
  const active = await lambda.waitUntilFunctionActiveV2(waiting, { FunctionName });
  assert.equal(active.state, "SUCCESS");
});

after(() => client.destroy());

test("invoke, with the end of the log", async () => {
  const answer = await send("Invoke", { FunctionName, LogType: "Tail", Payload: JSON.stringify({ name: "you" }) });
  assert.equal(answer.StatusCode, 200);
  assert.equal(answer.ExecutedVersion, "$LATEST");
  assert.equal(answer.FunctionError, undefined);
  assert.deepEqual(JSON.parse(text(answer.Payload)), { hello: "you" });
  assert.match(Buffer.from(answer.LogResult, "base64").toString(), /^START RequestId: [^]*seen[^]*REPORT RequestId: /);
});

test("a function that fails is an answer and no exception", async () => {
  const answer = await send("Invoke", { FunctionName, Payload: "{}" });
  assert.equal(answer.FunctionError, "Unhandled");
  assert.equal(JSON.parse(text(answer.Payload)).errorType, "KeyError");
});

test("an event is accepted", async () => {
  const answer = await send("Invoke", { FunctionName, InvocationType: "Event", Payload: JSON.stringify({ name: "you" }) });
  assert.equal(answer.StatusCode, 202);
});

test("invoke with a response stream", async () => {
  const answer = await send("InvokeWithResponseStream", { FunctionName, LogType: "Tail", Payload: '{"name": "you"}' });
  let payload = "";
  let end;
  for await (const event of answer.EventStream) {
    if (event.PayloadChunk) payload += text(event.PayloadChunk.Payload);
    if (event.InvokeComplete) end = event.InvokeComplete;
  }
  assert.deepEqual(JSON.parse(payload), { hello: "you" });
  assert.ok(end, "the stream says that it is complete");
  assert.equal(end.ErrorCode, undefined);
});

test("update, wait, publish, wait", async () => {
  await send("UpdateFunctionConfiguration", { FunctionName, Timeout: 7, Environment: { Variables: { PLACE: "here" } } });
  await lambda.waitUntilFunctionUpdatedV2(waiting, { FunctionName });
  const { Version } = await send("PublishVersion", { FunctionName, Description: "first" });
  assert.equal(Version, "1");
  await lambda.waitUntilPublishedVersionActive(waiting, { FunctionName, Qualifier: Version });
  const got = await send("GetFunctionConfiguration", { FunctionName, Qualifier: Version });
  assert.equal(got.Timeout, 7);
  assert.deepEqual(got.Environment.Variables, { PLACE: "here" });
  assert.ok(got.FunctionArn.endsWith(`${FunctionName}:1`));
});

test("aliases, and what they serve", async () => {
  for (const Name of ["blue", "green", "live"]) {
    await send("CreateAlias", { FunctionName, Name, FunctionVersion: "1" });
  }
  const answer = await send("Invoke", { FunctionName, Qualifier: "live", Payload: '{"name": "alias"}' });
  assert.equal(answer.ExecutedVersion, "1");
  const moved = await send("UpdateAlias", { FunctionName, Name: "live", FunctionVersion: "$LATEST" });
  assert.equal(moved.FunctionVersion, "$LATEST");
  const listed = await all(lambda.paginateListAliases({ client, pageSize: 2 }, { FunctionName }), "Aliases");
  assert.deepEqual(listed.map((alias) => alias.Name).sort(), ["blue", "green", "live"]);
});

test("paginators", async () => {
  await create("javascript-2");
  await create("javascript-3");
  const functions = await all(lambda.paginateListFunctions({ client, pageSize: 1 }, {}), "Functions");
  assert.deepEqual(functions.map((one) => one.FunctionName), ["javascript", "javascript-2", "javascript-3"]);
  const versions = lambda.paginateListVersionsByFunction({ client, pageSize: 1 }, { FunctionName });
  assert.deepEqual((await all(versions, "Versions")).map((one) => one.Version), ["$LATEST", "1"]);
});

test("timestamps and numbers have the types that the SDK gives them", async () => {
  const config = await send("PutFunctionEventInvokeConfig", { FunctionName, MaximumRetryAttempts: 0 });
  assert.ok(config.LastModified instanceof Date);
  assert.ok(Math.abs(config.LastModified - Date.now()) < 3_600_000);
  const mapping = await send("CreateEventSourceMapping", {
    FunctionName, EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:queue", BatchSize: 5,
  });
  assert.equal(mapping.BatchSize, 5);
  assert.ok(mapping.LastModified instanceof Date);
});

test("errors are of the classes that the SDK has for them", async () => {
  await assert.rejects(send("GetFunction", { FunctionName: "missing" }), (error) => {
    assert.ok(error instanceof lambda.ResourceNotFoundException);
    assert.equal(error.name, "ResourceNotFoundException");
    assert.match(error.message ?? error.Message, /Function not found: arn:aws:lambda:.*:function:missing/);
    assert.equal(error.Type, "User");
    assert.equal(error.$metadata.httpStatusCode, 404);
    assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
    return true;
  });
  await assert.rejects(create(FunctionName), lambda.ResourceConflictException);
  await assert.rejects(send("PublishVersion", { FunctionName, CodeSha256: "bad" }), lambda.InvalidParameterValueException);
  await assert.rejects(
    send("UpdateFunctionConfiguration", { FunctionName, RevisionId: "other" }),
    lambda.PreconditionFailedException,
  );
  await assert.rejects(send("Invoke", { FunctionName, Payload: "{" }), lambda.InvalidRequestContentException);
});

test("an exception that the model does not have is the service's", async () => {
  await assert.rejects(send("GetFunction", { FunctionName: "no such name!" }), (error) => {
    assert.ok(error instanceof lambda.LambdaServiceException);
    assert.equal(error.name, "ValidationException");
    assert.match(error.message, /^1 validation error detected: Value 'no such name!' at 'functionName' failed/);
    return true;
  });
});

test("throttling says why", async () => {
  await send("PutFunctionConcurrency", { FunctionName: "javascript-2", ReservedConcurrentExecutions: 0 });
  await lambda.waitUntilFunctionActiveV2(waiting, { FunctionName: "javascript-2" });
  await assert.rejects(send("Invoke", { FunctionName: "javascript-2" }), (error) => {
    assert.ok(error instanceof lambda.TooManyRequestsException);
    assert.equal(error.Reason, lambda.ThrottleReason.ReservedFunctionConcurrentInvocationLimitExceeded);
    assert.equal(error.$metadata.httpStatusCode, 429);
    return true;
  });
});

test("what is deleted is gone", async () => {
  const deleted = await send("DeleteFunction", { FunctionName: "javascript-3" });
  assert.equal(deleted.$metadata.httpStatusCode, 204);
  const refused = await lambda.waitUntilFunctionExists({ ...waiting, maxWaitTime: 2 }, { FunctionName: "javascript-3" })
    .catch((error) => error);
  assert.equal(refused.name, "TimeoutError");
});
