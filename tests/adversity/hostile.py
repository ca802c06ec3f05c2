"""Objects of every kind, beside the register and on it, by names that SQL, psycopg or str.format would stumble over."""

from epic10.postgres.catalog import literal, quoted

NAMES = (
    'we"ird; drop',
    "100 % sure",
    "%s",
    "%(a)s",
    "a'b",
    "two\nlines",
    "ü",
    "{0}",
    "{table}",
    "\\",
    'size in "" (inch)',
    ")) from s.t;--",
    "$epic10$",
)
# On the register itself: what a release has to deal with.
ON_IT = NAMES[:8]

BESIDE = """
CREATE SCHEMA {name};
CREATE TYPE {name}.{enum} AS ENUM ({value}, 'b');
CREATE TYPE {name}.{both} AS ({name} text, b int);
CREATE DOMAIN {name}.{domain} AS text CONSTRAINT {name} CHECK (VALUE <> {value});
CREATE TABLE {name}.{name} (
    {name} text CONSTRAINT {sequence} PRIMARY KEY, {both} {name}.{enum}, {more} {name}.{both} DEFAULT ROW('x', 1),
    d {name}.{domain}, e {name}.{enum}[] DEFAULT ARRAY['b']::{name}.{enum}[]
);
INSERT INTO {name}.{name} ({name}, {both}) VALUES ({value}, {value}), ('x', NULL);
CREATE INDEX {index} ON {name}.{name} ({both});
CREATE SEQUENCE {name}.{more};
CREATE VIEW {name}.{view} AS SELECT {name}, {both} FROM {name}.{name};
CREATE FUNCTION {name}.{name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER {name} BEFORE UPDATE ON {name}.{name} FOR EACH ROW EXECUTE FUNCTION {name}.{name}();
ALTER TABLE {name}.{name} ENABLE ROW LEVEL SECURITY;
CREATE POLICY {name} ON {name}.{name} USING ({name} <> {value});
"""

ON_THE_REGISTER = """
ALTER TABLE ndas ADD COLUMN {name} text DEFAULT {value};
ALTER TABLE ndas ADD CONSTRAINT {name} CHECK ({name} <> 'never');
CREATE INDEX {index} ON ndas (status, {name});
CREATE VIEW {name} AS SELECT id, status, usmax_position, {name} AS {more} FROM ndas;
CREATE TRIGGER {name} BEFORE UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION {name}.{name}();
CREATE TRIGGER {both} AFTER UPDATE OF status ON ndas FOR EACH ROW
    WHEN (OLD.status::text <> NEW.status::text OR OLD.{name} <> NEW.{name}) EXECUTE FUNCTION {name}.{name}();
CREATE POLICY {name} ON ndas USING (status::text <> {value});
COMMENT ON COLUMN ndas.{name} IS {value};
GRANT SELECT, UPDATE ON ndas TO {role};
GRANT SELECT (status, {name}), UPDATE (usmax_position) ON ndas TO {role};
ALTER VIEW {name} OWNER TO {role};
"""


def beside(name: str) -> str:
    return BESIDE.format(**_known(name))


def on_the_register(name: str, role: str) -> str:
    return ON_THE_REGISTER.format(**_known(name), role=quoted(role))


def _known(name):
    kinds = {kind: quoted(f"{name} {kind}") for kind in ("domain", "enum", "index", "sequence", "view")}
    return kinds | {
        "name": quoted(name),
        "both": quoted(f"{name}{name}"),
        "more": quoted(f"{name} too"),
        "value": literal(name),
    }
