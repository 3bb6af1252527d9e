"""Whatever happens to functions and allocations, and in whatever order: nobody waits for ever, and nothing is left."""

import asyncio
import contextlib
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.errors import EmulatorError, TooManyRequestsException
from emulator.resources.provisioned_concurrency import ProvisionedConcurrency, Status
from tests.emulator.execution.conftest import Execution

VERSIONS = ("one", "two", "broken")


async def obeys(runtime):
    """Does what the event says."""
    while True:
        request_id, event = await runtime.next()
        if event == b"end":
            return 256
        if event == b"nap":
            await asyncio.sleep(0.005)
        await runtime.respond(request_id, event)
        if event == b"end afterwards":
            return 0


async def broken(runtime):
    if runtime.sandbox.runtimes % 2:
        await runtime.init_error(b"{}", "Runtime.ImportModuleError")
        return 256
    return await obeys(runtime)


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("call"),
            st.sampled_from(VERSIONS),
            st.sampled_from([b"echo", b"nap", b"end", b"end afterwards"]),
            st.sampled_from([None, "blue", "red"]),
        ),
        st.tuples(st.just("allocate"), st.sampled_from(VERSIONS), st.integers(1, 3)),
        st.tuples(st.just("release"), st.sampled_from(VERSIONS)),
        st.tuples(st.just("retire"), st.sampled_from(VERSIONS)),
        st.tuples(st.just("reserve"), st.sampled_from(VERSIONS), st.sampled_from([None, 0, 1, 3])),
        st.tuples(st.just("give up"), st.integers(0, 20)),
        st.tuples(st.just("lose"), st.integers(0, 20)),
        st.tuples(st.just("wait"), st.sampled_from([0.0, 0.002, 0.01])),
    ),
    max_size=25,
)


class Walk:
    """Takes steps, and remembers what was called."""

    def __init__(self, running: Execution) -> None:
        self.running = running
        self.calls: list[asyncio.Future] = []
        self.configs: dict[str, ProvisionedConcurrency] = {}

    def function(self, name):
        return self.running.function("broken" if name == "broken" else "obeys", name=name, timeout=0.05)

    async def take(self, kind, *what):
        dispatcher = self.running.dispatcher
        if kind == "call":
            name, event, tenant = what
            handler = "broken" if name == "broken" else "obeys"
            self.function(name)
            with contextlib.suppress(TooManyRequestsException):
                self.calls.append(self.running.call(handler, event, name=name, tenant=tenant))
        elif kind == "allocate":
            name, number = what
            function = self.function(name)
            config = ProvisionedConcurrency(function.arn("1"), number, datetime.now(UTC))
            self.configs[name] = function.provisioned["1"] = config
            dispatcher.provision(config, [(function.latest, number)], 0.0)
        elif kind == "release":
            self.release(*what)
        elif kind == "retire":
            self.release(*what)
            dispatcher.retire(self.function(*what).latest.key)
        elif kind == "reserve":
            name, number = what
            self.function(name).reserved_concurrency = number
        elif kind == "give up":
            if self.calls:
                self.calls[what[0] % len(self.calls)].cancel()
        elif kind == "lose":
            sandboxes = [sandbox for sandbox in self.running.executor.sandboxes if not sandbox.stopped]
            if sandboxes:
                sandboxes[what[0] % len(sandboxes)].listener.sandbox_failed("lost")
        else:
            await asyncio.sleep(*what)

    def release(self, name):
        function = self.function(name)
        self.configs.pop(name, None)
        function.provisioned.pop("1", None)
        self.running.dispatcher.release(function.arn("1"))

    async def check(self):
        """Everybody is answered; the counts are true; allocations are ready or have failed."""
        done = await asyncio.wait_for(asyncio.gather(*self.calls, return_exceptions=True), 20)
        for outcome in done:
            if isinstance(outcome, BaseException):
                assert isinstance(outcome, EmulatorError | asyncio.CancelledError), outcome
        async with asyncio.timeout(20):
            while any(config.status is Status.IN_PROGRESS for config in self.configs.values()):
                await asyncio.sleep(0.005)
            while self.busy():
                await asyncio.sleep(0.005)
        dispatcher = self.running.dispatcher
        async with asyncio.timeout(20):
            while dispatcher.room()[0] + dispatcher._provisioning.environments != self.alive():
                await asyncio.sleep(0.005)
        for config in self.configs.values():
            if config.status is Status.FAILED:
                assert (config.allocated, config.status_reason is None) == (0, False)

    def alive(self):
        return sum(not sandbox.stopped for sandbox in self.running.executor.sandboxes)

    def busy(self):
        """What the dispatcher takes for running though everybody is answered, or has gone away."""
        dispatcher = self.running.dispatcher
        counted = [*dispatcher._concurrency._functions.values(), *dispatcher._concurrency._accounts.values()]
        counted += [pool.running for pool in dispatcher._provisioning.pools.values()]
        assert all(running.count >= 0 for running in counted)
        return any(running.count for running in counted)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, room=st.sampled_from([1, 3, 20]))
def test_nobody_waits_for_ever_and_nothing_is_left(make_version, steps, room):
    async def walk_through():
        async with Execution(make_version, {"obeys": obeys, "broken": broken}, max_environments=room) as running:
            walk = Walk(running)
            for step in steps:
                await walk.take(*step)
            await walk.check()
            for name in VERSIONS:
                walk.release(name)
                running.dispatcher.retire(walk.function(name).latest.key)
            async with asyncio.timeout(20):
                while not all(sandbox.stopped for sandbox in running.executor.sandboxes):
                    await asyncio.sleep(0.005)
            assert running.dispatcher.room()[0] == 0
            assert not running.dispatcher._pools
            assert not running.dispatcher._provisioning.pools

    asyncio.run(walk_through())
