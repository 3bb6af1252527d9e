"""Our Node.js client behaves as AWS's: real processes of Node.js, each with a Runtime API of its own."""

import json
import re
from typing import ClassVar

import pytest

from tests.emulator.executors.node_function import HAS_NODE, MAJOR, NodeFunction

pytestmark = pytest.mark.skipif(not HAS_NODE, reason="no Node.js on this host")

NODE24 = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs24.x"}


class TestHandlers:
    """Which files and functions a handler's name can name [docs: nodejs-handler]."""

    @pytest.mark.parametrize(
        ("files", "handler"),
        [
            ({"index.js": "exports.handler = async (event) => event"}, "index.handler"),
            ({"index.cjs": "exports.handler = async (event) => event"}, "index.handler"),
            ({"index.mjs": "export const handler = async (event) => event"}, "index.handler"),
            ({"package.json": '{"type": "module"}', "a.js": "export const f = async (event) => event"}, "a.f"),
            ({"src/deep/a.js": "exports.handler = async (event) => event"}, "src/deep/a.handler"),
            ({"a.js": "exports.b = {c: {d: async (event) => event}}"}, "a.b.c.d"),
            ({"node_modules/pack/index.js": "exports.handler = async (event) => event"}, "pack.handler"),
        ],
        ids=["CommonJS", ".cjs", ".mjs", "type module", "folder", "nested", "package"],
    )
    async def test_a_handler_is_found(self, tmp_path, files, handler):
        async with NodeFunction(tmp_path, files, handler) as function:
            assert await function.invoke({"key": "wörld"}) == ("response", {"key": "wörld"})

    @pytest.mark.parametrize(
        ("files", "handler", "error"),
        [
            ({"a.js": ""}, "index.handler", ("Runtime.ImportModuleError", "Error: Cannot find module 'index'\n")),
            (
                {"a.js": "require('nothing')"},
                "a.handler",
                ("Runtime.ImportModuleError", "Error: Cannot find module 'nothing'\n"),
            ),
            ({"a.js": "exports.b = 1"}, "a.handler", ("Runtime.HandlerNotFound", "a.handler is undefined or not exp")),
            ({"a.js": "exports.handler = 1"}, "a.handler", ("Runtime.HandlerNotFound", "a.handler is not a function")),
            ({"a.js": ""}, "nothing", ("Runtime.MalformedHandlerName", "Bad handler")),
            ({"a.js": ""}, "../a.b", ("Runtime.MalformedHandlerName", "'../a.b' is not a valid handler name. Use abs")),
            ({"a.js": "{"}, "a.handler", ("Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected end of input")),
            ({"a.js": "throw new RangeError('cold')"}, "a.handler", ("RangeError", "cold")),
        ],
    )
    async def test_one_that_is_not_is_told_of_and_ends_the_process(self, tmp_path, files, handler, error):
        async with NodeFunction(tmp_path, files, handler) as function:
            assert await function.exit_status() == 129
            told = function.init_error
            assert list(told) == ["errorType", "errorMessage", "trace"]
            assert (told["errorType"], told["errorMessage"][: len(error[1])]) == error
            assert told["trace"][0].startswith(f"{error[0]}: {error[1].rstrip()}")
            assert function.lines()[-1].startswith('undefined\tERROR\tUncaught Exception \t{"errorType":"' + error[0])

    async def test_what_is_missing_is_asked_for_by_aws_s_file(self, tmp_path):
        async with NodeFunction(tmp_path, {}) as function:
            await function.exit_status()
            assert re.search(r"\nRequire stack:\n- /\S+/index\.mjs$", function.init_error["errorMessage"])

    async def test_node_24_says_it_otherwise(self, tmp_path):
        async with NodeFunction(tmp_path, {}, **NODE24) as function:
            await function.exit_status()
            assert function.lines()[0].startswith("undefined\tERROR\tInit Error \t{")

    async def test_a_rejection_during_init(self, tmp_path):
        code = "Promise.reject(new Error('lost')); exports.handler = async () => 1"
        async with NodeFunction(tmp_path, {"index.js": code}) as function:
            assert await function.exit_status() == 128

    async def test_a_module_that_is_never_ready_ends_the_process_as_node_does(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.mjs": "await new Promise(() => {})"}) as function:
            assert await function.exit_status() == 13


class TestResults:
    async def test_whatever_json_can_say(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": "exports.handler = async (event) => event.value"}) as function:
            for value in (None, True, 0, 1.5, "", "größe 🌍", [1, [2]], {"a": {"b": None}}):
                assert await function.invoke({"value": value}) == ("response", value)
            assert await function.invoke({}) == ("response", None)

    async def test_a_result_that_is_no_json(self, tmp_path):
        code = "exports.handler = async () => { const a = {}; a.a = a; return a }"
        async with NodeFunction(tmp_path, {"index.js": code}) as function:
            outcome, error = await function.invoke()
            assert (outcome, error["errorMessage"]) == ("error", "Unable to stringify response body")

    async def test_large_events_and_results(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": "exports.handler = async (event) => event"}) as function:
            large = "ä" * 1_500_000
            assert await function.invoke(large) == ("response", large)

    async def test_the_process_goes_on_after_an_error(self, tmp_path):
        code = "let n = 0; exports.handler = async () => { n++; if (n == 1) throw new TypeError('first'); return n }"
        async with NodeFunction(tmp_path, {"index.js": code}) as function:
            outcome, error = await function.invoke()
            assert (outcome, error["errorType"], error["errorMessage"]) == ("error", "TypeError", "first")
            assert error["trace"][:1] == ["TypeError: first"]
            assert re.fullmatch(r"    at (Runtime\.)?exports\.handler \(/.*/index\.js:1:67\)", error["trace"][1])
            assert re.fullmatch(
                r"    at Runtime\.handleOnceNonStreaming \(file:///.*/index\.mjs:.*\)", error["trace"][2]
            )
            assert await function.invoke(request_id="id-2") == ("response", 2)

    @pytest.mark.parametrize(
        ("thrown", "told"),
        [
            ("'text'", ("string", "text")),
            ("17", ("number", "17")),
            ("{a: 1}", ("object", "[object Object]")),
            ("undefined", ("string", "handled")),
        ],
    )
    async def test_anything_can_be_thrown(self, tmp_path, thrown, told):
        async with NodeFunction(
            tmp_path, {"index.js": f"exports.handler = async () => {{ throw {thrown} }}"}
        ) as function:
            _, error = await function.invoke()
            assert (error["errorType"], error["errorMessage"], error["trace"]) == (*told, [])

    async def test_the_log_of_an_error_holds_its_own_members(self, tmp_path):
        code = "exports.handler = async () => { throw Object.assign(new Error('no'), {code: 'E1', detail: {a: 1}}) }"
        async with NodeFunction(tmp_path, {"index.js": code}) as function:
            await function.invoke()
            (line,) = function.lines()
            head, _, logged = line.partition(" \t")
            assert head == "id-1\tERROR\tInvoke Error"
            assert list(json.loads(logged)) == ["errorType", "errorMessage", "code", "detail", "stack"]


class TestPromises:
    async def test_one_that_is_never_settled_is_an_error(self, tmp_path):
        code = "let n = 0; exports.handler = async () => { if (n++ === 0) await new Promise(() => {}); return n }"
        async with NodeFunction(tmp_path, {"index.js": code}) as function:
            outcome, error = await function.invoke()
            assert (outcome, error["errorType"]) == ("error", "Runtime.NodeJsExit")
            assert "a Promise that was never settled" in error["errorMessage"]
            assert await function.invoke(request_id="id-2") == ("response", 2)

    async def test_a_rejection_that_nobody_handles_ends_the_process(self, tmp_path):
        code = """exports.handler = async () => {
            Promise.reject(new Error('lost'));
            await new Promise((resolve) => setTimeout(resolve, 1000));
        }"""
        async with NodeFunction(tmp_path, {"index.js": code}) as function:
            outcome, error = await function.invoke()
            assert (outcome, error["errorType"]) == ("error", "Runtime.UnhandledPromiseRejection")
            assert error["errorMessage"] == "Error: lost"
            assert await function.exit_status() == 128
            logged = json.loads(function.lines()[0].partition("Unhandled Promise Rejection \t")[2])
            assert list(logged) == ["errorType", "errorMessage", "reason", "promise", "stack"]
            assert logged["reason"]["errorMessage"] == "lost"

    async def test_it_does_not_take_a_result_back_and_meets_no_other_event(self, tmp_path):
        code = "exports.handler = async () => { Promise.reject(new Error('lost')); return 'fine' }"
        async with NodeFunction(tmp_path, {"index.js": code}) as function:
            assert await function.invoke() == ("response", "fine")
            assert await function.exit_status() == 128
            assert [request.path.rsplit("/", 1)[1] for request in function.requests] == ["next", "response"]

    async def test_an_exception_that_nobody_catches_ends_the_process(self, tmp_path):
        code = "exports.handler = () => { setTimeout(() => { throw new Error('later') }, 1) }"
        async with NodeFunction(tmp_path, {"index.js": code}) as function:
            outcome, error = await function.invoke()
            assert (outcome, error["errorType"], error["errorMessage"]) == ("error", "Error", "later")
            assert await function.exit_status() == 129
            assert function.lines()[-1].startswith("id-1\tERROR\tUncaught Exception \t{")
            assert len(function.requests) == 2  # it asked for no other event


class TestCallbacks:
    """Until Node.js 22; the result waits for an empty event loop unless the function wants it otherwise."""

    CODE = """exports.handler = (event, context, callback) => {
        if (event.at_once) context.callbackWaitsForEmptyEventLoop = false;
        if (event.pending) setTimeout(() => { global.late = true }, event.pending);
        if (event.how === 'callback') callback(event.error, {late: global.late === true});
        else if (event.how) context[event.how](event.error ?? 'result', 'second');
    }"""

    async def test_they_answer(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": self.CODE}) as function:

            async def invoke(**event):
                outcome, body = await function.invoke(event)
                return outcome, body if outcome == "response" else (body["errorType"], body["errorMessage"])

            assert await invoke(how="callback") == ("response", {"late": False})
            assert await invoke(how="callback", pending=30, at_once=True) == ("response", {"late": False})
            assert await invoke(how="callback", error="oh") == ("error", ("string", "oh"))
            assert await invoke(how="succeed") == ("response", "result")
            assert await invoke(how="fail") == ("error", ("string", "result"))
            assert await invoke(how="done", error=None) == ("error", ("string", "result"))
            assert await invoke() == ("response", None)  # it never answered

    async def test_they_wait_for_the_event_loop(self, tmp_path):
        code = """exports.handler = (event, context, callback) => {
            const result = {done: false};
            setTimeout(() => { result.done = true }, 50);
            callback(null, result);
        }"""
        async with NodeFunction(tmp_path, {"index.js": code}) as function:
            assert await function.invoke() == ("response", {"done": True})

    async def test_what_a_function_without_promises_returns_is_not_looked_at(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": "exports.handler = (event) => 'ignored'"}) as function:
            assert await function.invoke() == ("response", None)

    async def test_they_are_warned_of(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": self.CODE}) as function:
            await function.invoke({})
            assert function.lines()[0].startswith("undefined\tWARN\tAWS Lambda plans to remove support for callback")

    async def test_the_warning_can_be_switched_off(self, tmp_path):
        off = {"AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING": "1"}
        async with NodeFunction(tmp_path, {"index.js": self.CODE}, **off) as function:
            await function.invoke({})
            assert function.lines() == []

    async def test_from_24_on_they_are_refused(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": self.CODE}, **NODE24) as function:
            assert await function.exit_status() == 1
            assert function.init_error["errorType"] == "Runtime.CallbackHandlerDeprecated"
            assert function.init_error["errorMessage"].startswith("ERROR: AWS Lambda has removed support for callback-")

    async def test_and_what_a_function_returns_counts(self, tmp_path):
        code = "exports.handler = (event, context) => ({returned: true, members: Object.keys(context)})"
        async with NodeFunction(tmp_path, {"index.js": code}, **NODE24) as function:
            outcome, body = await function.invoke()
            assert (outcome, body["returned"]) == ("response", True)
            assert not {"done", "succeed", "fail", "callbackWaitsForEmptyEventLoop"} & set(body["members"])


class TestContext:
    CODE = """exports.handler = async (event, context) => ({
        context, members: Object.keys(context), remaining: context.getRemainingTimeInMillis(),
        memory: typeof context.memoryLimitInMB, trace: process.env._X_AMZN_TRACE_ID ?? null, atInit,
        descriptor: process.env._LAMBDA_TELEMETRY_LOG_FD ?? null,
    });
    const atInit = process.env._X_AMZN_TRACE_ID ?? null;"""

    async def test_its_members(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": self.CODE}) as function:
            _, seen = await function.invoke(client_context='{"custom": {"é": 1}}', trace_header="Root=1-2-3")
            assert seen["members"] == [
                *("callbackWaitsForEmptyEventLoop", "succeed", "fail", "done", "functionVersion", "functionName"),
                *("memoryLimitInMB", "logGroupName", "logStreamName", "clientContext", "identity"),
                *("invokedFunctionArn", "awsRequestId", "getRemainingTimeInMillis"),
            ]
            assert seen["context"]["clientContext"] == {"custom": {"é": 1}}
            assert seen["context"]["awsRequestId"] == "id-1"
            assert seen["context"]["invokedFunctionArn"] == "arn:aws:lambda:…:f"
            assert (seen["memory"], seen["context"]["memoryLimitInMB"]) == ("string", "128")
            assert 0 < seen["remaining"] <= 3000
            assert seen["trace"].startswith("Root=1-2-3;")
            assert seen["atInit"] is None  # [rec: test_traceid_outside_handler, 2025-11-24]
            assert seen["descriptor"] is None

    async def test_each_event_has_its_own(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": self.CODE}) as function:
            first = (await function.invoke())[1]
            second = (await function.invoke(request_id="id-2"))[1]
            assert second["context"]["awsRequestId"] == "id-2"
            assert first["trace"] != second["trace"]
            assert "clientContext" not in second["context"]


class TestLog:
    CODE = """console.log('at init');
    exports.handler = async () => {
        console.log('%s is %d', 'one', 1, {a: [1]}); console.debug('two\\nlines'); console.info(); console.warn('w');
        console.error(new Error('e').message); console.trace('t'); console.fatal('f');
        process.stdout.write('out\\n'); process.stderr.write('err\\n');
    }"""

    async def test_text(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": self.CODE}) as function:
            await function.invoke()
            records = function.log()
        pattern = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t(.*)\n", re.DOTALL)
        texts = [found[1] if (found := pattern.fullmatch(r.message.decode())) else r.message.decode() for r in records]
        assert texts == [
            *("undefined\tINFO\tat init", "id-1\tINFO\tone is 1 { a: [ 1 ] }", "id-1\tDEBUG\ttwo\nlines"),
            *("id-1\tINFO\t", "id-1\tWARN\tw", "id-1\tERROR\te", "id-1\tTRACE\tt", "id-1\tFATAL\tf", "out\n", "err\n"),
        ]
        levels = ["INFO", "INFO", "DEBUG", "INFO", "WARN", "ERROR", "TRACE", "FATAL", None, None]
        assert [record.level for record in records] == levels

    async def test_without_a_descriptor_a_message_is_one_line(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": self.CODE}) as function:
            pass
        code = "delete process.env._LAMBDA_TELEMETRY_LOG_FD"
        (tmp_path / "preload.cjs").write_text(code)
        async with NodeFunction(tmp_path, {}, FLAGS=f"--require {tmp_path / 'preload.cjs'}") as function:
            await function.invoke()
            assert "id-1\tDEBUG\ttwo\rlines" in function.lines()

    async def test_json(self, tmp_path):
        code = """console.log('at init');
        exports.handler = async () => {
            console.log('text'); console.warn({a: {b: 1}}); console.error(new TypeError('no')); console.debug('quiet');
            console.info('%d and', 2, new Error('e')); const a = {}; a.a = a; console.log(a); throw new Error('end');
        }"""
        json_format = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"}
        async with NodeFunction(tmp_path, {"index.js": code}, **json_format) as function:
            await function.invoke()
            records = function.log()
        assert all(record.json and record.message.endswith(b"}\n") for record in records)
        logged = [json.loads(record.message) for record in records]
        assert list(logged[0]) == ["timestamp", "level", "message"]
        assert list(logged[1]) == ["timestamp", "level", "requestId", "message"]
        assert [(entry["level"], entry["message"]) for entry in logged[:3]] == [
            *(("INFO", "at init"), ("INFO", "text"), ("WARN", {"a": {"b": 1}})),
        ]
        assert list(logged[3]["message"]) == ["errorType", "errorMessage", "stackTrace"]
        assert logged[4]["message"].startswith("2 and Error: e\n")
        assert (logged[4]["errorType"], logged[4]["errorMessage"]) == ("Error", "e")
        assert logged[5]["message"] == "<ref *1> { a: [Circular *1] }"
        assert (logged[6]["level"], logged[6]["message"]["errorMessage"]) == ("ERROR", "end")

    async def test_levels(self, tmp_path):
        json_format = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "ERROR"}
        async with NodeFunction(tmp_path, {"index.js": self.CODE}, **json_format) as function:
            await function.invoke()
            assert [record.level for record in function.log()] == ["ERROR", "FATAL", None, None]


class TestStreaming:
    """The Runtime API's side of a streamed response [docs: runtimes-custom, response streaming]."""

    CODE = """exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
        if (event.early) throw new TypeError('early');
        if (event.type) stream.setContentType(event.type);
        if (event.http) stream = awslambda.HttpResponseStream.from(stream, event.http);
        for (const part of event.parts ?? []) { stream.write(part); await new Promise(setImmediate) }
        if (event.late) throw new RangeError('late');
        if (event.never) await new Promise(() => {});
        stream.end();
    })"""

    async def test_parts_are_sent_as_they_come(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": self.CODE}) as function:
            assert await function.invoke({"parts": ["one ", "", "zwölf"]}) == ("response", "one zwölf".encode())
            headers = function.requests[1].headers
            assert headers["lambda-runtime-function-response-mode"] == "streaming"
            assert headers["transfer-encoding"] == "chunked"
            assert headers["trailer"] == "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body"
            assert headers["content-type"] == "application/octet-stream"
            assert "lambda-runtime-function-error-type" not in headers
            await function.invoke({"type": "text/plain", "parts": ["x"]}, request_id="id-2")
            assert function.requests[3].headers["content-type"] == "text/plain"
            assert await function.invoke({}, request_id="id-3") == ("response", b"")

    async def test_status_and_headers_go_in_front(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": self.CODE}) as function:
            metadata = {"statusCode": 201, "headers": {"x": "y"}}
            _, body = await function.invoke({"http": metadata, "parts": ["body"]})
            content_type = function.requests[1].headers["content-type"]
            assert content_type == "application/vnd.awslambda.http-integration-response"
            assert body == json.dumps(metadata, separators=(",", ":")).encode() + bytes(8) + b"body"

    async def test_an_error_before_the_first_byte_is_like_any_other(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": self.CODE}) as function:
            outcome, error = await function.invoke({"early": True})
            assert (outcome, error["errorType"], error["errorMessage"]) == ("error", "TypeError", "early")

    @pytest.mark.parametrize(("how", "error_type"), [("late", "RangeError"), ("never", "Runtime.NodeJsExit")])
    async def test_a_later_one_stands_in_trailers(self, tmp_path, how, error_type):
        async with NodeFunction(tmp_path, {"index.js": self.CODE}) as function:
            outcome, error = await function.invoke({"parts": ["half"], how: True})
            assert (outcome, function.streamed) == ("error", b"half")
            assert list(error) == ["errorType", "errorMessage", "trace"]
            assert error["errorType"] == error_type
            assert await function.invoke({"parts": ["next"]}, request_id="id-2") == ("response", b"next")

    async def test_a_handler_must_be_asynchronous(self, tmp_path):
        code = "exports.handler = awslambda.streamifyResponse((event, stream) => {})"
        async with NodeFunction(tmp_path, {"index.js": code}) as function:
            outcome, error = await function.invoke()
            assert (outcome, error["errorType"]) == ("error", "Runtime.MalformedStreamingHandler")


class TestLayers:
    """Packages in the folders of NODE_PATH, for `require` and for `import`."""

    PACKAGE: ClassVar = {
        "layer/node_modules/pack/package.json": '{"exports": {"import": "./a.mjs", "require": "./a.cjs"}}',
        "layer/node_modules/pack/a.mjs": "export default 'module'",
        "layer/node_modules/pack/a.cjs": "module.exports = 'script'",
    }

    @pytest.mark.parametrize(
        ("file", "code", "found"),
        [
            ("index.cjs", "const a = require('pack'); exports.handler = async () => a", "script"),
            pytest.param(
                *("index.mjs", "import a from 'pack'; export const handler = async () => a", "module"),
                marks=pytest.mark.skipif(MAJOR < 18, reason="Node.js 18 was the first on AWS to do so"),
            ),
        ],
    )
    async def test_are_found(self, tmp_path, file, code, found):
        path = {"NODE_PATH": str(tmp_path / "task/layer/node_modules")}
        async with NodeFunction(tmp_path, {**self.PACKAGE, file: code}, **path) as function:
            assert await function.invoke() == ("response", found)

    async def test_a_package_that_is_nowhere_is_told_of_as_node_does(self, tmp_path):
        path = {"NODE_PATH": str(tmp_path / "task/layer/node_modules")}
        files = {**self.PACKAGE, "index.mjs": "import 'other'"}
        async with NodeFunction(tmp_path, files, **path) as function:
            await function.exit_status()
            message = function.init_error["errorMessage"]
            assert re.fullmatch(r"Cannot find package 'other' imported from /.*/task/index\.mjs", message)


class TestRuntimeApi:
    async def test_one_connection_serves_all(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": "exports.handler = async (event) => event"}) as function:
            for number in range(20):
                assert await function.invoke(number, request_id=f"id-{number}") == ("response", number)
            assert len(function._server.connections) == 1
            assert function.requests[0].headers["user-agent"].startswith("aws-lambda-nodejs/v")
            assert function.requests[1].headers["content-type"] == "application/json"

    async def test_a_refused_result_is_no_end(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": "exports.handler = async (n) => 'x'.repeat(n)"}) as function:
            assert await function.invoke(7_000_000) == ("refused", "Function.ResponseSizeTooLarge")
            assert await function.invoke(1, request_id="id-2") == ("response", "x")

    async def test_the_process_ends_with_its_runtime_api(self, tmp_path):
        async with NodeFunction(tmp_path, {"index.js": "exports.handler = async () => 1"}) as function:
            await function.invoke()
            await function._server.close()
            assert await function.exit_status() == 1
