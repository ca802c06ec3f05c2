"""This moment on the server, as the page shows it."""

import psycopg

from epic10.dashboard.moment import moment


def test_it_says_through_which_schema_who_is_at_work(legacy_database):
    legacy_database.migrate(prepare=True)
    assert set(moment(legacy_database.connection).places.values()) == {0}
    with psycopg.connect(legacy_database.url) as old, psycopg.connect(legacy_database.url) as neither:
        old.execute("SELECT FROM epic9.ndas LIMIT 1")
        neither.execute("SELECT FROM ndas LIMIT 1")
        assert moment(legacy_database.connection).places == {"epic9": 1, "epic10": 0, "": 1}
