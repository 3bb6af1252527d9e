"""The README keeps its word: two set-up commands, run by CI to the letter, and nothing that does not exist."""

import re
import shlex
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")


def _code_lines(text: str, language: str = r"\w*") -> list[str]:
    blocks = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()]


INSTALLING = [line for line in _code_lines(README) if re.search(r"\b(pip|pipx|uv|npm|npx|apt|apt-get|brew) ", line)]


def test_exactly_two_commands_set_up_a_fresh_machine():
    assert len(INSTALLING) == 2
    verify, tests = INSTALLING
    assert verify.endswith("parity verify")
    assert tests.endswith("pytest -n auto")


def test_ci_runs_the_very_same_commands():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert set(INSTALLING) <= set(script)
    assert script[-1] == INSTALLING[1], "the tests come last, so that their closing line does"
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    assert f"run: {INSTALLING[1]}\n" in (ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8")


def _shown_commands() -> list[str]:
    shown = []
    for name in DOCUMENTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        lines = _code_lines(text, "sh") + re.findall(r"`(parity [^`]+)`", text)
        for line in lines:
            for part in re.split(r"&&|\|\||;|\|| &", line.split("  #")[0]):
                found = re.match(r"\s*(?:\S*/)?(parity( .*)?)$", part)
                if found and " " in found[1].strip():
                    shown.append(found[1].strip())
    return sorted(set(shown))


@pytest.mark.parametrize("shown", _shown_commands())
def test_every_command_that_is_shown_exists(shown: str):
    from parity.cli import main

    _, name, *arguments = shlex.split(shown)
    assert isinstance(main, click.Group)
    command = main.get_command(click.Context(main), name)
    assert command, f"there is no command `parity {name}`"
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {word.split("=")[0] for word in arguments if word.startswith("-")} - {"--help"} <= options


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_between_our_own_files_lead_somewhere(name: str):
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", (ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), f"{name} links to {target}"
