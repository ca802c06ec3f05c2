"""An option that is left out means what its default says, in the unit that the command counts in."""

import pytest
from django.core.management import get_commands, load_command_class

OURS = sorted(name for name, app in get_commands().items() if app in ("epic10", "ndas", "outbox"))
HOUR = 3600


@pytest.mark.parametrize("command", OURS)
def test_a_default_is_what_its_option_would_make_of_it(command):
    """argparse hands a default that is no string on as it is."""
    parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
    typed = [action for action in parser._actions if action.type and isinstance(action.default, int | float)]
    other = {action.option_strings[0]: action.default for action in typed}
    assert {action.option_strings[0]: action.type(str(action.default)) for action in typed} == other


def test_the_watch_lasts_a_day():
    parser = load_command_class("epic10", "epic10_monitor").create_parser("manage.py", "epic10_monitor")
    assert parser.parse_args([]).hours == 24 * HOUR
