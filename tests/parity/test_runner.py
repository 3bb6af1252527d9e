"""The runner: what a scenario run asks, what it leaves behind (nothing), and that no run disturbs another."""

import threading
import time
from contextlib import closing

import pytest

from parity.naming import new_prefix, prefix_in, started
from parity.observation import ScenarioRun
from parity.patience import Patience, until_settled
from parity.runner import run_scenarios
from parity.targets import Endpoint
from tests.parity.fake_aws import ACCOUNT, FakeAws, Moods
from tests.parity.small_corpus import GET, corpus
from tests.parity.stand_in_endpoint import endpoint


@pytest.fixture
def fake():
    return FakeAws()


@pytest.fixture
def target(fake):
    with endpoint(fake) as url, Endpoint(url) as target:
        yield target


def run(target, tmp_path, **scenarios: str) -> dict[str, ScenarioRun]:
    return {run.scenario: run for run in run_scenarios(corpus(tmp_path, **scenarios), target, jobs=4)}


def bodies(run: ScenarioRun) -> dict[str, list[bytes]]:
    return {seen.step: [answer.body for answer in seen.answers] for seen in run.observations}


class TestOneScenario:
    def test_its_needs_are_there_before_the_first_step_and_gone_after_the_last(self, target, fake, tmp_path):
        found = run(target, tmp_path, f__get=GET)["f/get"]
        assert (found.failure, found.skipped, found.not_asked) == (None, None, {})
        assert b'"State": "Active"' in bodies(found)["get"][0]
        assert fake.holds.is_empty()

    def test_the_run_tells_what_it_chose_and_learnt(self, target, tmp_path):
        known = run(target, tmp_path, f__get=GET)["f/get"].known
        prefix = next(value for value, kind in known.items() if kind == "prefix")
        assert prefix_in(prefix) == prefix
        assert {ACCOUNT: "account-id", "us-east-1": "region", "aws": "partition"}.items() <= known.items()

    def test_what_its_steps_make_is_removed_too(self, target, fake, tmp_path):
        text = """
            title: Functions can be made by steps
            needs: {role: true}
            steps:
              - id: make
                call: CreateFunction
                with: &f
                  FunctionName: "${prefix}-made"
                  Role: "${role.arn}"
                  Runtime: python3.12
                  Handler: index.handler
                  Code: {ZipFile: "${zip.echo}"}
              - id: raw
                http:
                  method: POST
                  path: /2015-03-31/functions
                  body: {FunctionName: "${prefix}-raw", Role: "${role.arn}", Runtime: python3.12}
        """
        found = run(target, tmp_path, f__make=text.replace("&f", ""))["f/make"]
        assert [seen.answer.status for seen in found.observations] == [201, 201]
        assert fake.calls["lambda.DeleteFunction"] == 2
        assert fake.holds.is_empty()

    def test_a_step_that_needs_what_an_answer_lacked_is_not_asked_and_the_next_one_is(self, target, tmp_path):
        text = """
            title: Answers are used
            needs: {function: echo}
            steps:
              - id: version
                call: PublishVersion
                with: {FunctionName: "${function.name}"}
              - id: by-version
                call: GetFunction
                with: {FunctionName: "${function.name}", Qualifier: "${version.Version}"}
              - id: after
                call: GetFunction
                with: {FunctionName: "${function.name}"}
        """
        found = run(target, tmp_path, f__use=text)["f/use"]
        assert [seen.step for seen in found.observations] == ["version", "after"]
        assert list(found.not_asked) == ["by-version"]
        assert "`version` has no `Version`" in found.not_asked["by-version"]

    def test_answers_are_handed_on_with_headers_status_and_decoded_payload(self, target, tmp_path):
        text = """
            title: Answers are handed on
            needs: {function: echo}
            steps:
              - id: invoke
                call: Invoke
                with: {FunctionName: "${function.name}", Payload: {json: {a: 1}}}
              - id: raw
                http:
                  method: GET
                  path: "/2015-03-31/functions/none-${invoke.Payload.account}"
                  headers: {X-Version: "${invoke.ExecutedVersion}", X-Status: "${invoke.StatusCode}"}
              - id: again
                http: {method: GET, path: "/2015-03-31/functions/${raw.headers.x-amzn-errortype}"}
        """
        found = run(target, tmp_path, f__hand=text)["f/hand"]
        assert found.not_asked == {}
        assert f"none-{ACCOUNT}" in found.observations[1].sent.path
        assert found.observations[2].sent.path.endswith("/ResourceNotFoundException")

    def test_each_value_is_a_step_of_its_own(self, target, tmp_path):
        text = """
            title: Values
            steps:
              - id: get
                call: GetFunction
                with: {FunctionName: "${prefix}-${name}"}
                each: {name: [a, b]}
                raises: ResourceNotFoundException
        """
        found = run(target, tmp_path, f__each=text)["f/each"]
        assert [seen.step for seen in found.observations] == ["get[0]", "get[1]"]
        assert [seen.sent.path[-1] for seen in found.observations] == ["a", "b"]

    def test_parallel_requests_leave_together(self, target, fake, tmp_path):
        fake.moods.delay = 0.3
        text = """
            title: Together
            steps:
              - id: get
                call: GetFunction
                with: {FunctionName: "${prefix}-none"}
                parallel: 8
                raises: ResourceNotFoundException
        """
        found = run(target, tmp_path, f__parallel=text)["f/parallel"]
        assert len(found.observations[0].answers) == 8
        assert found.duration < 1.8  # one after another: 2.4

    def test_a_pause_comes_before_its_step(self, target, tmp_path):
        text = GET.replace("call: GetFunction", "after: 300ms\n        call: GetFunction")
        assert run(target, tmp_path, f__after=text)["f/after"].duration > 0.3


class TestWaiting:
    WAIT = """
        title: A function becomes active
        needs: {role: true}
        steps:
          - id: make
            call: CreateFunction
            with:
              FunctionName: "${prefix}-x"
              Role: "${role.arn}"
              Runtime: python3.12
              Handler: index.handler
              Code: {ZipFile: "${zip.echo}"}
          - id: active
            wait:
              call: GetFunctionConfiguration
              with: {FunctionName: "${prefix}-x"}
              until: {State: Active}
              at_most: 300ms
    """

    def test_ends_with_the_answer_that_fulfils_it(self, target, fake, tmp_path):
        fake.moods.polls_until_active = 3
        found = run(target, tmp_path, f__wait=self.WAIT)["f/wait"]
        assert b'"Active"' in bodies(found)["active"][0]
        assert fake.calls["lambda.GetFunctionConfiguration"] == 3
        assert "unmet" not in found.extra

    def test_that_is_never_fulfilled_shows_the_last_answer_and_says_so(self, target, fake, tmp_path):
        fake.moods.polls_until_active = 1000
        found = run(target, tmp_path, f__wait=self.WAIT)["f/wait"]
        assert b'"Pending"' in bodies(found)["active"][0]
        assert found.extra["unmet"]["active"].startswith("`State` was 'Pending', not 'Active'")

    def test_for_what_only_fails_does_not_last(self, target, tmp_path):
        text = self.WAIT.replace("300ms", "60s").replace(
            'with: {FunctionName: "${prefix}-x"}', "with: {FunctionName: none}"
        )
        found = run(target, tmp_path, f__wait=text)["f/wait"]
        assert found.duration < 2
        assert found.extra["unmet"]["active"].startswith("the answer was 404 ResourceNotFoundException")


class TestManyScenarios:
    def test_one_that_fails_disturbs_no_other(self, target, fake, tmp_path):
        found = run(
            target,
            tmp_path,
            a__get=GET,
            b__get=GET,
            c__layer="""
                title: A layer that cannot be made
                needs: {layer: echo}
                steps:
                  - id: get
                    call: GetLayerVersionByArn
                    with: {Arn: "${layer.version_arn}"}
            """,
        )
        assert found["a/get"].failure is found["b/get"].failure is None
        assert found["c/layer"].failure.startswith(
            "the layer `layer` could not be deployed: PublishLayerVersion answered 404"
        )
        assert fake.holds.is_empty()

    def test_each_has_a_prefix_of_its_own(self, target, tmp_path):
        found = run(target, tmp_path, **{f"a__s{number}": GET for number in range(6)})
        assert len({seen.sent.path for one in found.values() for seen in one.observations}) == 6

    def test_they_run_at_the_same_time(self, target, fake, tmp_path):
        slow = GET.replace("call: GetFunction", "after: 500ms\n        call: GetFunction")
        began = time.monotonic()
        run(target, tmp_path, **{f"a__s{number}": slow for number in range(4)})
        assert time.monotonic() - began < 1.9

    def test_a_need_that_an_endpoint_cannot_meet_is_skipped_not_failed(self, target, fake, tmp_path):
        text = """
            title: A table is needed
            needs: {table: true}
            steps:
              - id: get
                call: GetFunction
                with: {FunctionName: "${table.name}"}
                raises: ResourceNotFoundException
        """
        found = run(target, tmp_path, a__table=text, b__get=GET)
        assert found["a/table"].skipped.startswith("needs services: ")
        assert found["a/table"].observations == ()
        assert found["b/get"].skipped is None

    def test_what_means_nothing_on_a_target_is_skipped(self, fake, tmp_path):
        class WithoutIsolation(Endpoint):
            def unfit(self, tags):
                return "needs isolation" if "isolated" in tags else None

        with endpoint(fake) as url, WithoutIsolation(url) as target:
            found = run(target, tmp_path, a__get=GET + "\n    tags: [isolated]\n", b__get=GET)
        assert found["a/get"].skipped == "needs isolation"
        assert found["b/get"].skipped is None
        assert fake.calls["lambda.CreateFunction"] == 1

    def test_an_endpoint_that_goes_away_ends_the_run_instead_of_failing_each(self, fake, tmp_path):
        scenarios = corpus(tmp_path, **{f"a__s{number}": GET for number in range(5)})
        with endpoint(fake) as url:
            target = Endpoint(url).__enter__()
        found = list(run_scenarios(scenarios, target, jobs=1))
        assert len(found) == 1
        assert found[0].extra["unreachable"]


class TestStopping:
    def test_closing_the_run_tears_down_what_is_running_and_starts_nothing_more(self, target, fake, tmp_path):
        slow = GET.replace("call: GetFunction", "after: 30s\n        call: GetFunction")
        scenarios = corpus(tmp_path, a__quick=GET, **{f"b__s{number}": slow for number in range(6)})
        began = time.monotonic()
        with closing(run_scenarios(scenarios, target, jobs=4)) as runs:
            assert next(runs).scenario == "a/quick"
        assert time.monotonic() - began < 4
        assert fake.calls["lambda.CreateFunction"] <= 5
        assert fake.holds.is_empty()

    def test_a_stop_is_noticed_in_a_wait(self, target, fake, tmp_path):
        fake.moods = Moods(polls_until_active=10_000)
        stop = threading.Event()
        scenarios = corpus(tmp_path, a__get=GET)
        threading.Timer(0.4, stop.set).start()
        assert list(run_scenarios(scenarios, target, stop=stop)) == []
        assert fake.holds.is_empty()


class TestPatience:
    def test_pauses_grow_to_a_limit_and_end(self):
        pauses = list(Patience(first=1, factor=2, longest=4, total=20).pauses())
        assert pauses[0] <= 1
        assert max(pauses) <= 4
        assert 20 <= sum(pauses) < 24

    def test_the_last_answer_counts_where_patience_ends(self):
        answers = iter(range(100))
        patience = Patience(first=1, total=3)
        assert until_settled(lambda: next(answers), lambda _: True, patience, pause=lambda _: None) >= 3
        assert until_settled(lambda: 7, lambda _: False, patience) == 7


def test_prefixes_are_short_unlike_each_other_and_tell_when():
    prefixes = {new_prefix() for _ in range(100)}
    assert len(prefixes) == 100
    assert {len(prefix) for prefix in prefixes} == {22}
    assert abs(started(prefixes.pop()) - time.time()) < 5


@pytest.mark.parametrize(
    "name", ["parity-1", "my-parity-66f0a1b2-3c9d0e", "parity-66f0a1b2-3c9d0eff", "parity-zzzzzzzz-3c9d0e"]
)
def test_other_names_are_not_ours(name):
    assert prefix_in(name) is None
