"""The docs say what the code does."""

import re
from pathlib import Path

import click
import pytest

from tvapp import config, errors
from tvapp.access import required_role
from tvapp.cli.main import commands
from tvapp.cli.statuses import Status
from tvapp.roles import Role

ROOT = Path(__file__).resolve().parents[2]


def rows_of(name: str) -> list[list[str]]:
    """The cells of every table row of a page."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8").replace(r"\|", "¦")
    return [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| `")
    ]


def test_every_setting_is_documented_with_its_meaning():
    documented = {row[0]: row for row in rows_of("settings.md")}
    assert set(documented) == set(config.FIELDS)
    for name, field in config.FIELDS.items():
        assert documented[name][1] == f"LANTERNE_{name.upper()}"
        assert documented[name][-1] == field.type.__metadata__[0]


def test_every_route_is_documented_with_its_role(locked_house):
    app = locked_house.app
    documented = {}
    for row in rows_of("api.md"):
        if " /" in row[0]:
            documented[row[0]] = row[1].partition(",")[0]
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if "<session_id>" in rule.rule:
            continue
        role = Role.TV if rule.endpoint == "openapi.spec" else required_role(view)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            assert documented.pop(f"{method} {rule.rule}") == (role.word if role else "anybody")
    assert documented == {}


def test_every_problem_is_documented():
    documented = {row[0]: row[1] for row in rows_of("api.md") if " /" not in row[0]}
    problems = [value for value in vars(errors).values() if isinstance(value, errors.Problem)]
    assert problems
    for problem in problems:
        assert documented[problem.slug] == str(int(problem.status))


@pytest.mark.parametrize("page", ["docs/design.md", "CONTRIBUTING.md"])
def test_named_files_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(
        r"`((?:vault|library|transcoder|discovery|tvapp|static|tests|docs|bench)/[\w./-]*)`", text
    )
    assert named
    assert [name for name in named if not (ROOT / name).exists() and "*" not in name] == []


def test_named_commands_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for line in re.findall(r"lanterne ([a-z]+(?: [a-z][a-z-]*)?)", text):
        command: click.Command = commands
        for word in line.split():
            if not isinstance(command, click.Group):
                break
            assert word in command.commands, f"README names `lanterne {line}`"
            command = command.commands[word]


def test_the_contract_of_exit_statuses_is_in_the_help():
    for words in (
        "0 done",
        "1 error",
        "2 usage",
        "10 no vault there",
        "12 wrong passphrase",
        "13 damaged data found",
    ):
        assert words in commands.epilog
    for status in Status:
        assert f" {status.value} " in commands.epilog
