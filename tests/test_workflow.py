"""The workflow says what the project says, and uses nothing that may change behind our backs."""

import re
import tomllib

from django.conf import settings

from tests.servers import programs
from tests.test_docs import misunderstood

WORKFLOW = (settings.BASE_DIR / ".github/workflows/test-migration.yml").read_text()
COMMAND = re.compile(r"^ +(?:- )?(?:run: )?python (-m tests\.\w+)(.*)$", re.MULTILINE)


def listed(name):
    [found] = re.findall(rf"^ +{name}: \[(.*)\]$", WORKFLOW, re.MULTILINE)
    return re.findall(r'"(.*?)"', found)


def test_it_tests_every_server_the_release_supports():
    assert tuple(map(int, listed("postgres"))) == programs.SUPPORTED


def test_it_begins_with_the_oldest_python_there_is_support_for():
    required = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["requires-python"]
    assert f">={listed('python')[0]}" == required


def test_every_action_is_a_commit_and_says_which_version_that_is():
    used = re.findall(r"uses: (.*)$", WORKFLOW, re.MULTILINE)
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)] == []


def test_it_wants_no_secret_and_writes_nothing():
    assert not re.search(r"\bsecrets\b *[.\[]\w|\bsecrets: inherit", WORKFLOW)
    assert set(re.findall(r"^permissions: (.*)$", WORKFLOW, re.MULTILINE)) == {"{}"}
    assert set(re.findall(r"^ {6}([\w-]+): (?:read|write)$", WORKFLOW, re.MULTILINE)) == {"contents"}
    assert ": write" not in WORKFLOW


def test_its_commands_are_understood():
    typed = COMMAND.findall(WORKFLOW)
    assert typed
    assert [said for program, rest in typed if (said := misunderstood(program, rest))] == []


def test_what_it_runs_tests_in_is_there():
    places = re.findall(r"(?<= )tests/[\w/.]+", WORKFLOW)
    assert places
    assert [place for place in places if not (settings.BASE_DIR / place).exists()] == []
