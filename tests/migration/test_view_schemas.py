"""Schemas of views: an application that works through one does not notice the release, on a session older than it."""

import psycopg
import pytest
from django.core.management import CommandError, call_command

from epic10.dashboard.connection import reading
from epic10.postgres import view_schemas
from ndas.choices import NdaStatus
from ndas.models import Nda

OLD, NEW = "epic9, public", "epic10, public"
THERE_AND_BACK = ("prepare", "switch", "back", "prepare", "back", "switch", "back")

READS = {
    "every column": "SELECT * FROM ndas ORDER BY id LIMIT 20",
    "a cast": """SELECT id FROM ndas WHERE status = 'EMAILED'::"NdaStatus" ORDER BY id""",
    "a list": """SELECT id FROM ndas WHERE status IN ('EMAILED'::"NdaStatus", 'CANCELLED'::"NdaStatus") ORDER BY id""",
    "an array": """SELECT id FROM ndas WHERE status = ANY ('{EMAILED,CANCELLED}'::"NdaStatus"[]) ORDER BY id""",
    "all of an array": """SELECT count(*) FROM ndas WHERE status < ALL ('{FULLY_EXECUTED}'::"NdaStatus"[])""",
    "an order": """SELECT count(*) FROM ndas WHERE status < 'FULLY_EXECUTED'::"NdaStatus" """,
    "returning": "UPDATE ndas SET status = status WHERE id = (SELECT min(id) FROM ndas) RETURNING *",
    "locking": "SELECT id, status FROM ndas ORDER BY id LIMIT 3 FOR UPDATE SKIP LOCKED",
    "a join": "SELECT n.*, c.* FROM ndas n JOIN contacts c ON c.id = n.created_by_id ORDER BY n.id LIMIT 5",
    "history": "SELECT * FROM nda_status_history ORDER BY id LIMIT 20",
}
PARAMETER = """SELECT id FROM ndas WHERE status = %s::"NdaStatus" ORDER BY id"""
# As Prisma writes it, whose sessions look nowhere else.
QUALIFIED = """
SELECT "epic9_qualified"."ndas"."id", "epic9_qualified"."ndas"."status"::text FROM "epic9_qualified"."ndas"
 WHERE "epic9_qualified"."ndas"."status" = CAST(%s::text AS "epic9_qualified"."NdaStatus") ORDER BY 1"""
INSERT = """
INSERT INTO ndas (id, company_name, agency_group_id, abbreviated_name, authorized_purpose, opportunity_poc_id,
                  relationship_poc_id, created_by_id, updated_at, status, usmax_position)
SELECT %s, company_name, agency_group_id, abbreviated_name, authorized_purpose, opportunity_poc_id,
       relationship_poc_id, created_by_id, updated_at, %s, %s FROM ndas ORDER BY id LIMIT 1
RETURNING status::text, usmax_position::text"""
STATUSES = ("CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED")
POSITIONS = ("PRIME", "SUB", "TEAMING", "OTHER", None)


@pytest.fixture
def session(legacy_database):
    """Opens a session with a search_path, as some role; it is never renewed."""
    opened = []

    def open_one(search_path, role=None):
        connection = psycopg.connect(legacy_database.url, autocommit=True, prepare_threshold=0)
        opened.append(connection)
        connection.execute(f"SET search_path = {search_path}")
        if role:
            connection.execute(f"SET ROLE {role}")
        return connection

    yield open_one
    for connection in opened:
        connection.close()


@pytest.fixture
def role(legacy_database):
    """A role that may do nothing."""
    name = f"{legacy_database.name}_client"
    legacy_database.execute(f"CREATE ROLE {name}")
    yield name
    legacy_database.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


def go(database, step):
    if step == "back":
        database.migrate("0001")
    else:
        database.migrate(prepare=step == "prepare")


def test_an_old_session_prepared_before_the_release_reads_the_same_through_all_of_it(legacy_database, session):
    old, qualified = session(OLD), session("public")

    def answers():
        found = {name: old.execute(sql).fetchall() for name, sql in READS.items()}
        return found | {"a parameter": old.execute(PARAMETER, ["EMAILED"]).fetchall()}

    before, schema = answers(), legacy_database.dump_schema()
    for step in THERE_AND_BACK:
        go(legacy_database, step)
        assert answers() == before, step
        if step == "back":
            assert legacy_database.dump_schema() == schema
        else:
            found = qualified.execute(QUALIFIED, ["EMAILED"]).fetchall()
            assert found == [(key, "EMAILED") for [key] in before["a parameter"]], step


def test_what_an_old_session_writes_keeps_its_labels(legacy_database, session):
    old, written = session(OLD), {}
    for step in ("prepare", "switch", "back"):
        for status in STATUSES:
            for position in POSITIONS:
                key = f"{step} {status} {position}"
                written[key] = (status, position)
                assert old.execute(INSERT, [key, status, position]).fetchone() == (status, position), key
        go(legacy_database, step)
        for key, labels in written.items():
            found = old.execute("SELECT status::text, usmax_position::text FROM ndas WHERE id = %s", [key]).fetchone()
            assert found == labels, (step, key)


def test_what_is_not_named_in_an_insert_gets_what_it_got_before(legacy_database, session):
    old = session(OLD)
    insert = INSERT.replace(", status, usmax_position)", ")").replace("updated_at, %s, %s FROM", "updated_at FROM")
    for step in ("prepare", "switch"):
        assert old.execute(insert, [f"before {step}"]).fetchone() == ("CREATED", None)
        go(legacy_database, step)
        assert old.execute(insert, [f"after {step}"]).fetchone() == ("CREATED", None)


def test_the_new_application_filters_by_labels_through_its_views(legacy_database, session):
    for step in ("prepare", "switch"):
        go(legacy_database, step)
        legacy_database.execute(f"SET search_path = {NEW}")
        ndas = Nda.objects.using(legacy_database.alias)
        found = ndas.filter(status__in=["SENT_PENDING_SIGNATURE", "INACTIVE_CANCELED"], usmax_position="PRIME").count()
        assert 0 < found < ndas.filter(status__in=NdaStatus.values).count() == ndas.count()
        legacy_database.execute("RESET search_path")


@pytest.mark.slow
def test_a_session_of_the_new_application_from_before_the_switch_goes_on_after_the_end(legacy_database, session):
    go(legacy_database, "prepare")
    new = session(NEW)

    def found():
        return {
            "a cast": new.execute(PARAMETER, ["SENT_PENDING_SIGNATURE"]).fetchall(),
            "another type": new.execute(
                """SELECT id FROM ndas WHERE usmax_position = %s::"UsMaxPosition" ORDER BY id""", ["OTHER"]
            ).fetchall(),
            "an array": new.execute(
                """SELECT count(*) FROM ndas WHERE status = ANY (%s::"NdaStatus"[])""", [["INACTIVE_CANCELED"]]
            ).fetchall(),
            "every column": new.execute("SELECT * FROM ndas ORDER BY id LIMIT 20").fetchall(),
        }

    before = found()
    assert all(before.values())
    go(legacy_database, "switch")
    assert found() == before
    call_command("epic10_finalize", database=legacy_database.alias, yes_drop_legacy=True, yes_drop_indexes=True)
    assert found() == before
    assert legacy_database.rows("SELECT nspname FROM pg_namespace WHERE nspname ~ '^epic'") == []


def test_the_index_is_found_through_the_view_and_its_types(legacy_database, session):
    qualified, old = session("public"), session(OLD)
    statements = {
        QUALIFIED.replace("%s", "'CANCELLED'"): qualified,
        """SELECT id FROM ndas WHERE status = 'CANCELLED'::"NdaStatus" """: old,
        """SELECT id FROM ndas WHERE status = ANY ('{CANCELLED}'::"NdaStatus"[])""": old,
    }
    for step in ("prepare", "switch"):
        go(legacy_database, step)
        for sql, client in statements.items():
            client.execute("SET enable_seqscan = off")
            plan = "\n".join(line for [line] in client.execute(f"EXPLAIN (COSTS off) {sql}").fetchall())
            assert "Index Cond: (status" in plan, plan


def test_a_role_may_do_in_the_view_what_it_may_do_in_the_table(legacy_database, session, role):
    legacy_database.execute(f"GRANT SELECT (id, status), UPDATE (status) ON ndas TO {role}")
    legacy_database.execute(f"GRANT SELECT ON contacts TO {role}")
    old = session(OLD, role)
    for step in ("prepare", "switch"):
        go(legacy_database, step)
        [key] = old.execute("SELECT id FROM ndas WHERE status = 'EMAILED' ORDER BY id LIMIT 1").fetchone()
        old.execute("UPDATE ndas SET status = 'EMAILED' WHERE id = %s", [key])
        old.execute("SELECT * FROM contacts")
        for refused in ("SELECT company_name FROM ndas", "DELETE FROM ndas", "INSERT INTO contacts DEFAULT VALUES"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                old.execute(refused)


def test_the_policies_of_a_table_hold_for_whoever_looks_through_the_view(legacy_database, session, role):
    legacy_database.execute(f"GRANT SELECT ON ndas TO {role}")
    legacy_database.execute("ALTER TABLE ndas ENABLE ROW LEVEL SECURITY")
    legacy_database.execute("CREATE POLICY few ON ndas USING (id = (SELECT min(id) FROM ndas AS all_of_them))")
    legacy_database.execute("DROP POLICY few ON ndas; CREATE POLICY few ON ndas USING (display_id = 1)")
    old = session(OLD, role)
    seen = old.execute("SELECT * FROM ndas").fetchall()
    go(legacy_database, "switch")
    assert old.execute("SELECT * FROM ndas").fetchall() == seen


def test_a_schema_of_that_name_is_refused_before_the_first_change(legacy_database):
    legacy_database.execute("CREATE SCHEMA epic10")
    before = legacy_database.dump_schema()
    with pytest.raises(CommandError, match=r"epic10 is there already.*\nHINT: ALTER SCHEMA \"epic10\" RENAME TO"):
        legacy_database.migrate()
    assert legacy_database.dump_schema() == before


def test_a_role_that_works_through_the_views_can_release_and_go_back(legacy_database):
    name = legacy_database.name
    schema = legacy_database.dump_schema()
    legacy_database.execute(f'ALTER DATABASE "{name}" SET search_path = epic9, epic10, public')
    legacy_database.connection.close()
    go(legacy_database, "prepare")
    go(legacy_database, "switch")
    # A session of the application still has its own.
    with psycopg.connect(legacy_database.url) as own:
        assert own.execute("SHOW search_path").fetchone() == ("epic9, epic10, public",)
    go(legacy_database, "back")
    legacy_database.execute(f'ALTER DATABASE "{name}" RESET search_path')
    assert legacy_database.dump_schema() == schema


def test_the_daily_job_runs_on_the_tables_by_the_address_of_the_new_application(legacy_database):
    legacy_database.execute(f'ALTER DATABASE "{legacy_database.name}" SET search_path = epic10, public')
    go(legacy_database, "prepare")
    with pytest.raises(CommandError, match="Epic 10 is not applied"):
        call_command("expire_ndas", database=legacy_database.alias, dry_run=True)
    go(legacy_database, "switch")
    legacy_database.connection.close()
    call_command("expire_ndas", database=legacy_database.alias, dry_run=True)


def test_nothing_but_views_in_search_path_is_refused(legacy_database):
    legacy_database.execute(f'ALTER DATABASE "{legacy_database.name}" SET search_path = epic9')
    legacy_database.connection.close()
    with pytest.raises(CommandError, match="names views, and not the tables"):
        legacy_database.migrate()


def test_what_somebody_has_built_on_a_view_is_named_before_the_way_back(legacy_database):
    go(legacy_database, "switch")
    legacy_database.execute("CREATE VIEW open_ones AS SELECT id FROM epic9.ndas WHERE status = 'EMAILED'")
    legacy_database.execute("CREATE TABLE epic9.theirs ()")
    with pytest.raises(CommandError, match=r"view public\.open_ones; table epic9\.theirs"):
        go(legacy_database, "back")
    legacy_database.execute("DROP VIEW open_ones; DROP TABLE epic9.theirs")
    go(legacy_database, "back")


def test_a_type_that_somebody_has_moved_stops_the_way_back(legacy_database):
    go(legacy_database, "switch")
    legacy_database.execute("""ALTER TYPE epic9."NdaStatus" RENAME TO theirs""")
    with pytest.raises(CommandError, match=r"The type of the old labels of ndas.status_legacy is epic9.theirs.*\nHINT"):
        go(legacy_database, "back")
    legacy_database.execute("""ALTER TYPE epic9.theirs RENAME TO "NdaStatus" """)
    go(legacy_database, "back")


def test_a_command_inside_another_one_leaves_the_outer_one_on_the_tables(legacy_database):
    legacy_database.execute(f'ALTER DATABASE "{legacy_database.name}" SET search_path = epic9, public')
    with view_schemas.looked_past():
        with view_schemas.looked_past():
            pass
        legacy_database.connection.close()
        [[path]] = legacy_database.rows("SHOW search_path")
        assert path.strip() == "public"
    legacy_database.connection.close()
    assert legacy_database.rows("SHOW search_path") == [("epic9, public",)]


def test_what_a_command_asks_of_the_catalog_is_not_compiled(legacy_database):
    legacy_database.connection.close()
    with view_schemas.looked_past():
        assert legacy_database.rows("SHOW jit") == [("off",)]
    legacy_database.connection.close()
    with reading(legacy_database.connection, seconds=60):
        assert legacy_database.rows("SHOW jit") == [("off",)]
