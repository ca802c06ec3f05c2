"""The guide's own commands, typed as printed: by the roles of docs/least-privilege.md, and by a managed server's."""

import faulthandler

import pytest

from tests.guide import night, place

OF_THE_PROVIDER = """
    SELECT (SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'), (SELECT evtname FROM pg_event_trigger),
           (SELECT nspname FROM pg_namespace WHERE nspname = 'monitor')"""


@pytest.fixture(scope="module")
def site():
    with place.site() as found:
        yield found


@pytest.mark.long
@pytest.mark.parametrize("rows", [300, 50_000])
def test_the_guide_typed_as_printed_there_back_and_there_again_to_the_end(site, tmp_path, django_db_blocker, rows):
    with django_db_blocker.unblock(), night.documented(site, tmp_path, rows) as documented:
        whole(documented)


@pytest.mark.long
def test_the_same_on_a_managed_server(site, tmp_path, django_db_blocker):
    with django_db_blocker.unblock(), night.managed(site, tmp_path, 300) as managed:
        whole(managed)
        with managed.site.superuser(night.DATABASE) as session:
            assert session.execute(OF_THE_PROVIDER).fetchall() == [("pg_stat_statements", "provider_watch", "monitor")]


def whole(documented):
    # Each command has a limit of its own, and all of them together more than a test.
    faulthandler.cancel_dump_traceback_later()
    night.whole(documented)
    broken = {typed.line: typed.broken_promises(ended.said) for typed, ended in documented.played}
    assert {line: promises for line, promises in broken.items() if promises} == {}
