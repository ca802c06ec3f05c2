"""What is on a terminal while long work goes on, and when it has broken off."""

import contextlib
import io
from functools import partial

import pytest
from django.core.management import CommandError

from epic10.terminal.display import Bars, shown
from epic10.terminal.progress import Progress, logger
from tests.migration.disturbances import when_logged

FAILS = """
    CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW.display_id = 150 THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER fails BEFORE UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION fails()"""


class Terminal(io.StringIO):
    def isatty(self):
        return True

    def write(self, text, ending=""):
        return super().write(text)


@contextlib.contextmanager
def bars():
    with shown(Terminal()):
        [handler] = [handler for handler in logger.handlers if isinstance(handler, Bars)]
        yield handler


def test_no_bar_of_a_backfill_that_broke_off_stays_among_the_lines_that_follow(legacy_database, settings):
    settings.EPIC10_BATCH_SIZE = 20
    legacy_database.execute(FAILS)
    with bars() as handler:
        with pytest.raises(CommandError, match="not this one"):
            legacy_database.migrate()
        assert handler.tasks == {}
        assert handler.bars.tasks == []
        legacy_database.execute("DROP TRIGGER fails ON ndas")
        legacy_database.migrate()
        assert handler.bars.tasks == []


def test_no_bar_stays_where_an_application_has_done_a_part_of_the_work(legacy_database):
    """Its trigger did: the backfill counts the rows, and finds fewer of them."""
    wrote = partial(legacy_database.execute, "UPDATE ndas SET status = 'EMAILED' WHERE status = 'INACTIVE'")
    later = []
    with bars() as handler, when_logged("ndas: ", wrote) as said:
        with when_logged("nda_status_history: ", lambda: later.append(len(handler.bars.tasks))):
            legacy_database.migrate(prepare=True)
        assert said[0].endswith(" NDAs to change.")
        assert (later[0], handler.bars.tasks) == (0, [])


def test_a_bar_is_there_while_it_goes_on():
    with bars() as handler:
        logger.info("half", extra={"progress": Progress("ndas", 5, 10, "NDAs", 1.0)})
        assert [task.description for task in handler.bars.tasks] == ["ndas"]
        logger.info("done", extra={"progress": Progress("ndas", 10, 10, "NDAs", 2.0)})
        assert handler.bars.tasks == []


def test_what_is_counted_anew_has_no_rate_below_zero():
    """As the blocks that the build of an index goes over, more than once."""
    progress = Progress("index i", 4, 100, "blocks", 1.0, since=90)
    assert (progress.rate, progress.eta, str(progress)) == (0.0, None, "4%")
