"""What the documents point at exists: every link, every command, every option."""

import argparse
import contextlib
import importlib
import io
import re
import shlex
from functools import cache

import pytest
from django.conf import settings
from django.core.management import CommandError, get_commands, load_command_class

ROOT = settings.BASE_DIR
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
# As it is typed: up to a comment, another command, or the end of the quotation.
COMMAND = re.compile(r"manage\.py ((?!COMMAND|help)\w+)([^`\n|;&()#]*)")
# A line of a code block, or all that stands between two backticks; not what a hint says in passing.
LINE = re.compile(
    r"(?:^ {4,}(?:\$ )?(?:\w+=\S+ )*|`)python (manage\.py(?! help)|-m tests\.[\w.]+)([^`\n]*)(?=`|$)", re.MULTILINE
)
NEXT = {"|", "&&", ";", ">", ">>", "&"}
SHORT = re.compile(r"`(epic10_\w+|expire_ndas|migrate)( [^`\n]+)?`")


@pytest.fixture(params=PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def page(request):
    return request.param


def test_every_link_leads_somewhere(page):
    lost = [
        link.group()
        for link in LINK.finditer(page.read_text())
        if not re.match(r"\w+:", link[1]) and not leads_somewhere(page, link[1], link[2])
    ]
    assert lost == []


def test_every_module_is_called_by_its_name(page):
    named = re.findall(r"`(?:[\w./]*/)?(\w+\.py)`", page.read_text())
    assert set(named) - {path.name for path in ROOT.glob("**/*.py")} == set()


def test_the_index_leads_to_every_document():
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link[1]).resolve() for link in LINK.finditer(index.read_text())}
    assert {*ROOT.glob("docs/**/*.md")} - linked == {index}


def test_every_command_and_every_option_exists(page):
    text = page.read_text()
    typed = [(found[1], found[2]) for found in COMMAND.finditer(text)]
    typed += [(found[1], found[2] or "") for found in SHORT.finditer(text) if found[1] in get_commands()]
    assert [said for command, rest in typed if (said := complaint(command, rest))] == []


def test_every_line_to_type_is_understood(page):
    assert [said for found in LINE.finditer(page.read_text()) if (said := misunderstood(found[1], found[2]))] == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("`python manage.py epic10_snapshot tale`", "invalid choice: 'tale'"),
        ("    $ python manage.py epic10_rehearse --rows many  # all of them", '"many" is not a whole number'),
        ("    python -m tests.servers martix", "invalid choice: 'martix'"),
        ("    python -m tests.sirvers matrix", "No module named 'tests.sirvers'"),
    ],
)
def test_what_is_not_understood_is_noticed(line, said):
    found = LINE.search(line)
    assert said in misunderstood(found[1], found[2])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("python manage.py epic10_deplay", "epic10_deplay: no such command"),
        ("`python manage.py epic10_deploy --faster`", "epic10_deploy: no option --faster"),
        ("`epic10_snapshot restore NAME --onto copy`", "epic10_snapshot: no option --onto"),
    ],
)
def test_what_does_not_exist_is_noticed(text, said):
    found = COMMAND.search(text) or SHORT.search(text)
    assert complaint(found[1], found[2] or "") == said


def leads_somewhere(page, target, heading):
    path = page.parent / target if target else page
    return path.exists() and (not heading or heading in map(anchor, re.findall(r"^#+ (.+)$", path.read_text(), re.M)))


def anchor(heading):
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def misunderstood(program, rest):
    """What the program's parser has to say against the line; nothing of it is run."""
    words = shlex.split(rest, comments=True)
    words = words[: next((place for place, word in enumerate(words) if word in NEXT), len(words))]
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            parse(program, words)
    except Understood:
        return ""
    except (SystemExit, CommandError, ModuleNotFoundError) as error:
        return f"{program}{rest}: {error} {said.getvalue()}"
    return f"{program}{rest}: nobody has read it"


class Understood(Exception):
    """The parser has read the line to its end."""


def parse(program, words):
    if program == "manage.py":
        command(words[0]).create_parser("manage.py", words[0]).parse_args(words[1:])
        raise Understood
    module = program.removeprefix("-m ")
    package = importlib.import_module(module)
    main = importlib.import_module(f"{module}.__main__").main if hasattr(package, "__path__") else package.main
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "parse_args", lambda parser, *_: _to_the_end(parser, words))
        main()


def _to_the_end(parser, words):
    _, unknown = parser.parse_known_args(words)
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    raise Understood


def complaint(command, rest):
    try:
        known = options(command)
    except CommandError as error:
        return str(error)
    unknown = [option for option in re.findall(r"(?<!\S)--[\w-]+", rest) if option not in known]
    return f"{command}: no option {', '.join(unknown)}" if unknown else ""


@cache
def options(name):
    return set(_options(command(name).create_parser("manage.py", name)))


def command(name):
    if name not in get_commands():
        raise CommandError(f"{name}: no such command")
    app = get_commands()[name]
    return load_command_class(app, name) if isinstance(app, str) else app


def _options(parser):
    """Of the parser, and of the parsers of its actions."""
    yield from parser._option_string_actions
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for child in action.choices.values():
                yield from _options(child)
