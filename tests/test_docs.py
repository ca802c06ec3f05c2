"""Does what the documents point at exist: every link, every command, every option?"""

import re
from functools import cache

import pytest
from django.conf import settings
from django.core.management import CommandError, get_commands, load_command_class

ROOT = settings.BASE_DIR
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/**/*.md"))]
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
# As it is typed: up to a comment, another command, or the end of the quotation.
COMMAND = re.compile(r"manage\.py ((?!COMMAND|help)\w+)([^`\n|;&()#]*)")
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


def test_every_command_and_every_option_exists(page):
    text = page.read_text()
    typed = [(found[1], found[2]) for found in COMMAND.finditer(text)]
    typed += [(found[1], found[2] or "") for found in SHORT.finditer(text) if found[1] in get_commands()]
    assert [said for command, rest in typed if (said := complaint(command, rest))] == []


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


def complaint(command, rest):
    try:
        known = options(command)
    except CommandError as error:
        return str(error)
    unknown = [option for option in re.findall(r"(?<!\S)--[\w-]+", rest) if option not in known]
    return f"{command}: no option {', '.join(unknown)}" if unknown else ""


@cache
def options(command):
    if command not in get_commands():
        raise CommandError(f"{command}: no such command")
    app = get_commands()[command]
    made = load_command_class(app, command) if isinstance(app, str) else app
    return set(_options(made.create_parser("manage.py", command)))


def _options(parser):
    """Of the parser, and of the parsers of its actions."""
    yield from parser._option_string_actions
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for child in action.choices.values():
                yield from _options(child)
