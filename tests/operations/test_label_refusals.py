"""Where nothing of others can refuse a label, labels are not tried under the locks."""

import pytest

from epic10.operations.label_refusals import can_be_refused

from .conftest import ANEW

COLT = """
    CREATE TABLE colt (id text PRIMARY KEY, mood "Mood" NOT NULL, name text UNIQUE, pony text REFERENCES pony);
    CREATE INDEX ON colt (mood); CREATE INDEX ON colt (upper(name)) WHERE name <> ''"""
CAN = {
    "a trigger": """CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER no BEFORE UPDATE ON colt FOR EACH ROW EXECUTE FUNCTION no()""",
    "a rule": "CREATE RULE no AS ON UPDATE TO colt DO ALSO NOTIFY colts",
    "a check": "ALTER TABLE colt ADD CHECK (name <> '') NOT VALID",
    "a policy": "CREATE POLICY few ON colt FOR UPDATE USING (name <> ''); ALTER TABLE colt ENABLE ROW LEVEL SECURITY",
    "a computed column": "ALTER TABLE colt ADD merry boolean GENERATED ALWAYS AS (mood = 'HAPPY') STORED",
    "another kind of type": "ALTER TABLE colt ALTER mood TYPE text",
    "a domain": """CREATE DOMAIN kind AS "Mood" CHECK (VALUE <> 'CROSS'); ALTER TABLE colt ALTER mood TYPE kind""",
    "a reference": """CREATE TABLE known (mood "Mood" PRIMARY KEY);
        ALTER TABLE colt ADD FOREIGN KEY (mood) REFERENCES known""",
    "a reference to it": "ALTER TABLE colt ADD UNIQUE (mood, id); "
    'CREATE TABLE foal (mood "Mood", colt text, FOREIGN KEY (mood, colt) REFERENCES colt (mood, id))',
    "a unique index": "CREATE UNIQUE INDEX ON colt (name, mood)",
    "an index of some": "CREATE INDEX ON colt (name) WHERE mood = 'HAPPY'",
    "an index of the row": """CREATE FUNCTION worth(colt) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
        CREATE INDEX ON colt (worth(colt))""",
    "a parent": "CREATE TABLE horse (name text); ALTER TABLE colt INHERIT horse",
}


@pytest.fixture
def colts(stable):
    stable.close()
    stable.execute(ANEW)
    stable.execute(COLT)
    assert refused(stable) is False
    return stable


@pytest.mark.parametrize("theirs", CAN.values(), ids=CAN)
def test_what_reads_a_label_can_refuse_it(colts, theirs):
    colts.execute(theirs)
    assert refused(colts) is True


def refused(database):
    [[can]] = database.rows(f"SELECT {can_be_refused('colt', ['mood'])}")
    return can
