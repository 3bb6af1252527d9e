"""Every row of the reference on logs (logs.md) that has evidence, and what shows that we do it."""

import pytest

from tests.emulator.reference_rows import NotHere, Rows, assert_complete, assert_is_there, proofs

HERE = "tests/emulator/execution"
LOGS, LINES, FRAMES = f"{HERE}/test_logs.py", f"{HERE}/test_platform_log.py", f"{HERE}/test_log_frames.py"
NODE = "tests/emulator/executors/test_nodejs_runtime.py"

LOG: Rows = {
    ("1", "Default group"): ("logging/log-group#get", "invocation/environment#invoke"),
    ("1", "Group creation"): ("tests/integration/test_logs.py::test_have_what_functions_log",),
    ("1", "Stream one per"): (f"{LOGS}::test_a_stream_is_named_after_day_version_and_environment",),
    ("1", "Stream with the function name"): (f"{LOGS}::test_in_a_group_that_was_chosen",),
    ("1", "Context"): ("invocation/qualifier#invoke",),
    ("1", "Retention"): NotHere("it is a setting of CloudWatch Logs, which nobody here touches"),
    ("2", "init `INIT_START"): (f"{LINES}::test_init_start",),
    ("2", "start"): (f"{LINES}::test_start_and_end",),
    ("2", "end"): (f"{LINES}::test_start_and_end",),
    ("2", "report `REPORT"): (f"{LINES}::test_report", "logging/tail-of-a-cold-start#cold"),
    ("2", "report, warm"): (f"{LINES}::test_report", "logging/tail-of-a-cold-start#warm"),
    ("2", "report, X-Ray"): NotHere("X-Ray samples nothing here"),
    ("2", "report, failure"): (f"{LINES}::test_report", "logging/failures#exit", "logging/timeout#timeout"),
    ("2", "failure, old form"): NotHere("AWS writes the new form"),
    ("2", "init failure"): (f"{LINES}::test_init_report_is_written_for_failures_alone", "extension/crash#crash"),
    ("2", "SnapStart"): NotHere("no snapshots are made, so none is restored"),
    ("3", '`print("multi'): (f"{FRAMES}::test_each_line_is_an_event_and_keeps_its_end", "logging/output-forms#printed"),
    ("3", "`\\r`"): (f"{FRAMES}::test_a_carriage_return_ends_nothing",),
    ("3", "Python `logging`"): ("logging/output-forms#logged", f"{FRAMES}::test_a_frame_is_one_event"),
    ("3", "Python default level"): ("logging/default-level#invoke",),
    ("3", "Node `console.*`"): ("nodejs/console#methods",),
    ("3", "Node without framed fd"): (f"{NODE}::test_without_a_descriptor_a_message_is_one_line",),
    ("3", "Python unhandled exception"): ("logging/errors#raised",),
    ("3", "`LogResult` of a **cold**"): ("logging/tail-of-a-version#invoke",),
    ("3", "`LogResult` size"): (f"{HERE}/test_dispatcher.py::test_is_the_last_four_kilobytes", "logging/tail#tail"),
    ("4", "`0xa55a0003`"): (f"{FRAMES}::test_a_frame_says_its_level_its_format_and_its_time",),
    ("4", "`0xa55a0003 \\| mask`"): (f"{FRAMES}::test_a_frame_says_its_level_its_format_and_its_time",),
    ("4", "`0xa55a0002 \\| mask`"): (f"{FRAMES}::test_a_frame_says_its_level_its_format_and_its_time",),
    ("5", "Defaults when switched on"): ("logging/format-switch#json",),
    ("5", "Levels"): ("logging/levels#bad-level",),
    ("5", "Platform lines"): (f"{LINES}::test_json_start", f"{LINES}::test_json_report", "logging/json-format#logged"),
    ("5", "Which appear at INFO"): (f"{LINES}::test_json_shows_info_where_no_level_is_set",),
    ("5", "Which appear at DEBUG"): (f"{LINES}::test_the_system_log_level_decides_what_is_written_as_json",),
    ("5", "`platform.start` record"): (f"{LINES}::test_json_start",),
    ("5", "`platform.report` record"): (f"{LINES}::test_json_report",),
    ("5", "`platform.initStart` record"): (f"{HERE}/test_telemetry_schema.py::test_init_start",),
    ("5", "Event time"): (f"{LOGS}::test_a_record_keeps_the_time_it_bears",),
    ("5", "Reported mapping"): (
        f"{LINES}::test_the_system_log_level_decides_what_is_written_as_json",
        f"{HERE}/test_telemetry_schema.py::test_levels",
    ),
    ("5", "Python record"): ("logging/json-format#logged",),
    ("5", "Node record"): ("nodejs/console-json#values",),
    ("5", "Filtering in Python/Node"): ("logging/json-level#invoke", "nodejs/console-json#level"),
    ("5", "Other output"): (f"{LOGS}::test_lines_of_json_are_filtered_by_the_level_they_bear",),
    ("5", "`print` in Python/Node"): ("logging/json-format#logged",),
}


@pytest.mark.parametrize("proof", proofs(LOG))
def test_what_shows_a_row_is_there(proof: str):
    assert_is_there(proof)


def test_no_row_of_the_reference_is_missing():
    assert_complete("logs.md", LOG)
