"""The probes: what is inside breaks nothing, what is outside breaks what it is about, and every member has its own."""

from collections import Counter
from functools import cache

import botocore.session
import pytest
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from parity.lambda_model import input_shape, operation_names, service_model
from parity.probing.catalogue import all_probes, probes_of
from parity.probing.probe import Accepted, Answered, Probe, Refused
from parity.probing.rules import violations
from tests.parity.probing.every_probe import PROBES as EVERY_PROBE

PROBES = list(EVERY_PROBE.values())
OF_CONSTRAINTS = [probe for probe in PROBES if probe.raw is None and "/type/" not in probe.id]
RULE_OF = {  # the family of a probe's id, and the constraints that it may be about
    "length": {"max_length", "min_length"},
    "pattern": {"pattern"},
    "enum": {"enum"},
    "range": {"max_value", "min_value"},
    "size": {"max_length", "min_length"},
    "null": {"null", "element", "entry"},
}
WRAPPED = {"element", "key", "entry", "enum"}  # constraints of what is in a list or map


def test_there_are_thousands_and_each_has_an_id_of_its_own():
    assert len(PROBES) > 5000
    assert max(Counter(probe.id for probe in all_probes()).values()) == 1
    assert {probe.operation for probe in PROBES} >= set(operation_names())


def test_the_ids_do_not_depend_on_the_seed_and_the_requests_only_on_the_seed():
    for operation in ("CreateAlias", "TagResource", "ListFunctions"):
        first, again, other = (probes_of(operation, seed) for seed in (3, 3, 4))
        assert [probe.request for probe in first] == [probe.request for probe in again]
        assert {probe.id for probe in first if probe.raw} == {probe.id for probe in other if probe.raw}
    ids = [{probe.id for probe in probes_of("CreateAlias", seed)} for seed in (3, 4)]
    assert len(ids[0] ^ ids[1]) < 5  # a variation of one string may be inside where that of another is outside


def test_what_is_inside_breaks_nothing():
    inside = [probe for probe in OF_CONSTRAINTS if isinstance(probe.expected, Accepted)]
    assert len(inside) > 2000
    assert [probe.id for probe in inside if violations(probe.operation, probe.members)] == []


def test_what_is_outside_breaks_the_constraint_that_it_is_about():
    """The length 0 at which a pattern allows no string is at a bound, and outside of the pattern."""
    wrong = []
    for probe in OF_CONSTRAINTS:
        _, _, family, variant = probe.id.split("/")
        if isinstance(probe.expected, Refused) and family in RULE_OF and not variant.startswith("at-"):
            broken = {violation.rule for violation in violations(probe.operation, probe.members)}
            if not broken & (RULE_OF[family] | WRAPPED):
                wrong.append(probe.id)
    assert wrong == []


def test_nearly_everything_that_is_outside_breaks_one_constraint_alone():
    single = [probe for probe in OF_CONSTRAINTS if isinstance(probe.expected, Refused) and "/several/" not in probe.id]
    alone = [probe for probe in single if len(violations(probe.operation, probe.members)) == 1]
    assert len(alone) > 0.97 * len(single)


def botocore_says(probe: Probe) -> str:
    """What the SDK's own validation says of a request: it knows types, required members and least values."""
    shape = _model().operation_model(probe.operation).input_shape
    return str(ParamValidator().validate(probe.members, shape).generate_report()) if shape else ""


@cache
def _model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("lambda")


def test_the_sdk_finds_nothing_wrong_inside_and_the_same_things_wrong_outside():
    inside = [probe for probe in OF_CONSTRAINTS if probe.expected == Accepted("documented")]
    assert {probe.id: said for probe in inside if (said := botocore_says(probe))} == {}
    known = ("range/below", "length/below-min", "size/below-min", "null/missing")
    outside = [probe for probe in OF_CONSTRAINTS if isinstance(probe.expected, Refused) and probe.id.endswith(known)]
    assert len(outside) > 200
    assert [probe.id for probe in outside if not botocore_says(probe)] == [
        "CreateEventSourceMapping/SelfManagedEventSource.Endpoints/size/below-min"  # it does not look at sizes of maps
    ]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(operation_names()), st.integers(0, 10**9))
def test_whatever_the_seed(operation: str, seed: int):
    probes = probes_of(operation, seed)
    assert len({probe.id for probe in probes}) == len(probes)
    for probe in probes:
        if probe.raw is None and isinstance(probe.expected, Refused) and "/type/" not in probe.id:
            count = len(violations(operation, probe.members))
            plural = "s" if count > 1 else ""
            assert (probe.expected.text or "").startswith(f"{count} validation error{plural} detected: Value ")


def test_several_break_several():
    pairs = [probe for probe in PROBES if "/several/" in probe.id]
    assert len(pairs) > 300
    assert all(len(violations(probe.operation, probe.members)) > 1 for probe in pairs)


@pytest.mark.parametrize("operation", operation_names())
def test_every_constrained_member_has_a_probe_on_both_sides(operation: str):
    probes = [probe for probe in OF_CONSTRAINTS if probe.operation == operation]
    shapes = service_model()["shapes"]
    for member, reference in input_shape(operation)["members"].items():
        shape = shapes[reference["shape"]]
        if f"{operation}.{member}" in ("CreateFunction.Runtime", "UpdateFunctionConfiguration.Runtime"):
            continue  # the service itself looks at it
        if shape["type"] == "string" and ("enum" in shape or "pattern" in shape):
            sides = {type(probe.expected) for probe in probes if probe.id.startswith(f"{operation}/{member}/")}
            assert {Accepted, Refused} <= sides, member


def test_members_deep_inside_have_probes_too():
    ids = {probe.id for probe in PROBES}
    assert {
        "CreateFunction/VpcConfig.SubnetIds[]/pattern/foreign-end",
        "CreateFunction/FileSystemConfigs[].LocalMountPath/length/above-max",
        "CreateFunction/Environment.Variables{key}/pattern/foreign-start",
        "CreateEventSourceMapping/SelfManagedEventSource.Endpoints{value}[]/pattern/foreign-end",
        "CheckpointDurableExecution/Updates[].ChainedInvokeOptions.FunctionName/null/missing",
        "UntagResource/TagKeys/null/missing",
        "Invoke/InvocationType/enum/unknown",
    } <= ids


def test_each_says_what_it_tries():
    assert [probe.id for probe in PROBES if ": ." in probe.says or "{" in probe.says.partition(": ")[2]] == []
    says = {probe.id: probe.says for probe in PROBES}
    assert says["UntagResource/TagKeys[]/pattern/foreign-end-second"] == (
        "TagKeys[]: a foreign character at the end of a string that matches. It stands behind one that is right."
    )
    assert says["CreateFunction/PackageType/enum/value-Zip"] == "PackageType: Zip, which the service model has."


def test_what_nobody_knows_is_not_expected():
    expected = {probe.id: probe.expected for probe in PROBES}
    assert isinstance(expected["CreateFunction/MemorySize/range/at-max"], Answered)
    assert isinstance(expected["UpdateFunctionConfiguration/KMSKeyArn/length/above-max"], Answered)
    assert isinstance(expected["CreateFunction/KMSKeyArn/length/above-max"], Refused)
    text = expected["CreateFunction/Timeout/type/object-for-integer"]
    assert isinstance(text, Refused)
    assert (text.text, text.claim) == (None, "regression")


@pytest.mark.parametrize(
    ("id_", "claim", "order"),
    [
        ("CreateFunctionUrlConfig/InvokeMode/enum/unknown", "published", "published"),
        ("CreateFunctionUrlConfig/AuthType/enum/unknown", "documented", "regression"),  # the model's order is no claim
        ("CreateFunction/Handler/pattern/foreign-end", "documented", "documented"),
        ("UpdateFunctionConfiguration/VpcConfig.SubnetIds[]/pattern/foreign-end", "documented", "documented"),
        ("CreateFunction/VpcConfig.SecurityGroupIds[]/pattern/foreign-end", "regression", "regression"),
        ("CreateFunction/ImageConfig.Command[]/null/null", "regression", "regression"),
        ("CreateFunction/Tags{key}/length/above-max", "regression", "regression"),
        ("PutProvisionedConcurrencyConfig/ProvisionedConcurrentExecutions/range/below", "published", "published"),
    ],
)
def test_claims_are_no_stronger_than_their_evidence(id_: str, claim: str, order: str):
    probe: Probe = next(probe for probe in PROBES if probe.id == id_)
    assert isinstance(probe.expected, Refused)
    assert (probe.expected.claim, probe.expected.order_claim) == (claim, order)
