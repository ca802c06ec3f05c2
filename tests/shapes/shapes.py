"""
The shapes: of each class that can hang on a table, a column, a type or a row type at least one.

The classes are those of pg_depend: https://www.postgresql.org/docs/current/catalog-pg-depend.html
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """
    ``made`` makes it, and may be undone by ``unmade`` where it is none of the database.

    ``used`` is what its owner does with it, and goes on doing: it is run before the
    release, after it, and after the way back. ``since`` is made after the switch.
    """

    name: str
    made: str
    used: str = ""
    unmade: str = ""
    since: str = ""


def trigger(name, body, *, when="BEFORE INSERT OR UPDATE", on="ndas", each="ROW", returns="NEW", more="") -> str:
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS\n"
        f"$$ BEGIN {body} RETURN {returns}; END $$;\n"
        f"CREATE TRIGGER {name} {when} ON {on} {more} FOR EACH {each} EXECUTE FUNCTION {name}();"
    )


ON_A_TABLE = [
    Shape("nothing at all", "SELECT 1"),
    Shape(
        "a view of everything",
        "CREATE VIEW everything AS SELECT * FROM ndas",
        "SELECT count(*) FROM everything",
    ),
    Shape(
        "a view that filters by an old label",
        "CREATE VIEW sent AS SELECT id, display_id FROM ndas WHERE status = 'EMAILED'",
        "SELECT count(*) FROM sent",
    ),
    Shape(
        "a view that can be written, with check option",
        "CREATE VIEW drafts AS SELECT * FROM ndas WHERE status = 'CREATED' WITH CHECK OPTION",
        "UPDATE drafts SET company_city = company_city",
    ),
    Shape(
        "a view with security_invoker and security_barrier",
        "CREATE VIEW guarded WITH (security_invoker, security_barrier) AS SELECT id, status FROM ndas",
        "SELECT count(*) FROM guarded",
    ),
    Shape(
        "a view of a view",
        "CREATE VIEW one AS SELECT id, status FROM ndas;CREATE VIEW two AS SELECT status, count(*) FROM one GROUP BY 1",
        "SELECT count(*) FROM two",
    ),
    Shape(
        "a recursive view",
        "CREATE RECURSIVE VIEW clones (id, status) AS SELECT id, status FROM ndas WHERE cloned_from_id IS NULL "
        "UNION ALL "
        "SELECT n.id, n.status FROM ndas n JOIN clones c ON n.cloned_from_id = c.id",
        "SELECT count(*) FROM clones",
    ),
    Shape(
        "a materialized view with a unique index",
        "CREATE MATERIALIZED VIEW by_status AS SELECT status, count(*) FROM ndas GROUP BY 1;"
        "CREATE UNIQUE INDEX ON by_status (status)",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY by_status",
    ),
    Shape(
        "a rule that writes down what is inserted",
        "CREATE TABLE heard (id text, status text);"
        "CREATE RULE hear AS ON INSERT TO ndas DO ALSO INSERT INTO heard VALUES (NEW.id, NEW.status::text)",
    ),
    Shape(
        "a rule instead of deleting",
        "CREATE RULE keep AS ON DELETE TO ndas DO INSTEAD UPDATE ndas SET company_city = 'deleted' WHERE id = OLD.id",
        "DELETE FROM ndas WHERE id = (SELECT min(id) FROM ndas WHERE company_city = 'deleted')",
    ),
    Shape("a policy by status", "ALTER TABLE ndas ENABLE ROW LEVEL SECURITY; CREATE POLICY seen ON ndas USING (true)"),
    Shape(
        "a policy that names an old label, forced on the owner",
        "ALTER TABLE ndas ENABLE ROW LEVEL SECURITY; ALTER TABLE ndas FORCE ROW LEVEL SECURITY;"
        "CREATE POLICY seen ON ndas USING (status <> 'CANCELLED' OR true) WITH CHECK (true)",
    ),
    Shape(
        "an updated_at trigger",
        trigger("touch", "NEW.updated_at := now();", when="BEFORE UPDATE"),
        "UPDATE ndas SET company_city = company_city WHERE id = (SELECT min(id) FROM ndas)",
    ),
    Shape(
        "an audit trigger that stores rows as jsonb",
        "CREATE TABLE kept (was jsonb);"
        + trigger("keep", "INSERT INTO kept VALUES (to_jsonb(NEW));", when="AFTER INSERT OR UPDATE", returns="NULL"),
    ),
    Shape(
        "an audit trigger that copies by position",
        "CREATE TABLE kept AS SELECT n.* FROM ndas n WHERE false; ALTER TABLE kept ALTER status TYPE text, "
        "ALTER usmax_position TYPE text;"
        + trigger("keep", "INSERT INTO kept SELECT NEW.*;", when="AFTER INSERT OR UPDATE", returns="NULL"),
    ),
    Shape(
        "a trigger with transition tables",
        "CREATE TABLE counted (rows bigint);"
        + trigger(
            "count_them",
            "INSERT INTO counted SELECT count(*) FROM fresh WHERE status IS NOT NULL;",
            when="AFTER UPDATE",
            each="STATEMENT",
            returns="NULL",
            more="REFERENCING NEW TABLE AS fresh",
        ),
    ),
    Shape(
        "a trigger that compares with an old label",
        trigger("stamp", "IF NEW.status = 'EMAILED' THEN NEW.company_city := 'sent'; END IF;", when="BEFORE UPDATE"),
    ),
    Shape(
        "a trigger with an old label in its condition",
        trigger("stamp", "NEW.company_city := 'sent';", when="BEFORE UPDATE", more="").replace(
            "FOR EACH ROW", "FOR EACH ROW WHEN (NEW.status = 'EMAILED' AND OLD.status = 'CREATED')"
        ),
    ),
    Shape(
        "a trigger for UPDATE OF status, company_name",
        trigger("stamp", "NEW.company_city := NEW.company_city;", when="BEFORE UPDATE OF status, company_name"),
    ),
    Shape(
        "a trigger that fires last of all",
        trigger("zzz_last", "NEW.status := NEW.status;", when="BEFORE UPDATE"),
    ),
    Shape(
        "a trigger that lets only known steps pass",
        trigger(
            "steps",
            "IF OLD.status::text = 'FULLY_EXECUTED' AND NEW.status::text = 'CREATED' THEN RAISE 'no way back'; END IF;",
            when="BEFORE UPDATE",
        ),
    ),
    Shape(
        "a deferred constraint trigger",
        "CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM NEW.status; RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER later AFTER INSERT OR UPDATE ON ndas DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION later()",
    ),
    Shape(
        "triggers ALWAYS, REPLICA and disabled",
        trigger("one", "NEW.company_city := NEW.company_city;")
        + trigger("two", "NEW.company_city := NEW.company_city;")
        + trigger("three", "RAISE 'never';")
        + "ALTER TABLE ndas ENABLE ALWAYS TRIGGER one, ENABLE REPLICA TRIGGER two, DISABLE TRIGGER three",
    ),
    Shape(
        "a trigger that notifies",
        trigger("tell", "PERFORM pg_notify('ndas', NEW.id);", when="AFTER UPDATE", returns="NULL"),
    ),
    Shape(
        "a trigger whose function takes the search_path from whoever writes",
        "CREATE TABLE seen (status text);"
        + trigger("see", "INSERT INTO seen VALUES (NEW.status::text);", when="AFTER UPDATE", returns="NULL"),
        "SET search_path = public; UPDATE ndas SET status = status WHERE id = (SELECT min(id) FROM ndas)",
    ),
    Shape(
        "a foreign key of another table",
        "CREATE TABLE invoices (id int PRIMARY KEY, nda_id text REFERENCES ndas ON DELETE CASCADE);"
        "INSERT INTO invoices SELECT row_number() OVER (), id FROM ndas",
        "UPDATE invoices SET nda_id = nda_id",
    ),
    Shape("a child table by inheritance", "CREATE TABLE ndas_old () INHERITS (ndas)"),
    Shape(
        "a publication of the table",
        "CREATE PUBLICATION of_ndas FOR TABLE ndas WITH (publish = 'insert')",
    ),
    Shape(
        "a publication of columns, with a filter",
        "CREATE PUBLICATION of_ndas FOR TABLE ndas (id, status, company_name) WHERE (company_name <> '') "
        "WITH (publish = 'insert')",
    ),
    Shape("a replica identity of everything", "ALTER TABLE ndas REPLICA IDENTITY FULL"),
    Shape(
        "clustered, with a fillfactor and autovacuum settings",
        "CLUSTER ndas USING ndas_pkey; ALTER TABLE ndas SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01)",
    ),
    Shape(
        "rights of a reader on the table and of another on columns",
        "CREATE ROLE {db}_reader; CREATE ROLE {db}_partly; GRANT SELECT ON ndas TO {db}_reader WITH GRANT OPTION;"
        "GRANT SELECT (id, status, usmax_position), UPDATE (status) ON ndas TO {db}_partly",
        "SET ROLE {db}_reader; SELECT count(*) FROM ndas; RESET ROLE;"
        "SET ROLE {db}_partly; SELECT count(status), count(usmax_position) FROM ndas; RESET ROLE",
        unmade="DROP OWNED BY {db}_reader, {db}_partly; DROP ROLE {db}_reader, {db}_partly",
    ),
    Shape(
        "default privileges",
        "CREATE ROLE {db}_reader; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {db}_reader",
        unmade="DROP OWNED BY {db}_reader; DROP ROLE {db}_reader",
    ),
    Shape(
        "comments on everything",
        "COMMENT ON TABLE ndas IS 'the register'; COMMENT ON COLUMN ndas.status IS 'where it is';"
        """COMMENT ON TYPE "NdaStatus" IS 'ours'; COMMENT ON INDEX ndas_status_idx IS 'the list'""",
    ),
    Shape(
        "an event trigger that only listens",
        """
        CREATE FUNCTION listen() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM tg_tag; END $$;
        CREATE EVENT TRIGGER {db}_listen ON ddl_command_end EXECUTE FUNCTION listen()""",
    ),
    Shape(
        "an event trigger that refuses to drop",
        """
        CREATE FUNCTION keep_all() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'nothing is dropped here'; END $$;
        CREATE EVENT TRIGGER {db}_keep ON sql_drop EXECUTE FUNCTION keep_all()""",
    ),
    Shape(
        "an event trigger that refuses new indexes",
        """
        CREATE FUNCTION no_index() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no index here'; END $$;
        CREATE EVENT TRIGGER {db}_no_index ON ddl_command_start WHEN TAG IN ('CREATE INDEX')
            EXECUTE FUNCTION no_index()""",
    ),
]

ON_A_COLUMN = [
    Shape("a partial index by old labels", "CREATE INDEX open_ndas ON ndas (display_id) WHERE status <> 'CANCELLED'"),
    Shape("an index on an expression of the column", "CREATE INDEX ON ndas ((status = 'EMAILED'), company_name)"),
    Shape("a covering index", "CREATE INDEX covering ON ndas (company_name) INCLUDE (status, usmax_position)"),
    Shape("a unique index with the column", "CREATE UNIQUE INDEX ON ndas (display_id, status)"),
    Shape(
        "a hash and a BRIN index",
        "CREATE INDEX ON ndas USING hash (status); CREATE INDEX ON ndas USING brin (created_at)",
    ),
    Shape(
        "an index DESC NULLS LAST, with a fillfactor",
        "CREATE INDEX ON ndas (usmax_position DESC NULLS LAST, id) WITH (fillfactor = 70)",
    ),
    Shape(
        "a CHECK on the old labels",
        "ALTER TABLE ndas ADD CONSTRAINT known CHECK (status IN ('CREATED', 'EMAILED', "
        "'IN_REVISION', 'FULLY_EXECUTED', 'INACTIVE', 'CANCELLED'))",
    ),
    Shape(
        "a CHECK of two columns",
        "ALTER TABLE ndas ADD CONSTRAINT told CHECK (status <> 'CANCELLED' OR company_city IS NOT NULL)",
    ),
    Shape("a CHECK that is not valid", "ALTER TABLE ndas ADD CONSTRAINT future CHECK (display_id > 0) NOT VALID"),
    Shape(
        "an exclusion constraint", "ALTER TABLE ndas ADD CONSTRAINT one_each EXCLUDE USING btree (display_id WITH =)"
    ),
    Shape(
        "a unique constraint that is the key of another table",
        "ALTER TABLE ndas ADD CONSTRAINT pair UNIQUE (id, status);"
        'CREATE TABLE follows (nda_id text, status "NdaStatus",'
        "FOREIGN KEY (nda_id, status) REFERENCES ndas (id, status))",
    ),
    Shape(
        "a generated column of the label",
        "ALTER TABLE ndas ADD is_open boolean GENERATED ALWAYS AS (status <> 'CANCELLED') STORED",
        "SELECT count(is_open) FROM ndas",
    ),
    Shape(
        "a generated column of others", "ALTER TABLE ndas ADD key text GENERATED ALWAYS AS (lower(company_name)) STORED"
    ),
    Shape("extended statistics", "CREATE STATISTICS of_both (dependencies, mcv) ON status, usmax_position FROM ndas"),
    Shape(
        "a statistics target, storage and options",
        "ALTER TABLE ndas ALTER status SET STATISTICS 500, ALTER status SET (n_distinct = 6), "
        "ALTER company_city SET STORAGE EXTERNAL",
    ),
    Shape("no default on the status", "ALTER TABLE ndas ALTER status DROP DEFAULT"),
    Shape(
        "a default by a function",
        'CREATE FUNCTION first_status() RETURNS "NdaStatus" LANGUAGE sql AS $$ SELECT \'CREATED\'::"NdaStatus" $$;'
        "ALTER TABLE ndas ALTER status SET DEFAULT first_status()",
    ),
    Shape(
        "display_id as identity",
        "ALTER TABLE ndas ALTER display_id DROP DEFAULT; DROP SEQUENCE ndas_display_id_seq;"
        "ALTER TABLE ndas ALTER display_id ADD GENERATED ALWAYS AS IDENTITY (START 100000)",
    ),
    Shape(
        "columns dropped and added over the years",
        "ALTER TABLE ndas ADD old1 int, ADD old2 text; ALTER TABLE ndas DROP old1;"
        "ALTER TABLE ndas ADD region text DEFAULT 'EU'",
    ),
    Shape(
        "fully_executed_date as timestamptz, in New York",
        "ALTER DATABASE {db} SET TimeZone = 'America/New_York';"
        "ALTER TABLE ndas ALTER fully_executed_date TYPE timestamptz USING fully_executed_date AT TIME ZONE 'UTC'",
    ),
    Shape("expiration_date there before", "ALTER TABLE ndas ADD expiration_date date"),
    Shape(
        "a view put on a new column since",
        "SELECT 1",
        since="CREATE VIEW soon AS SELECT id FROM ndas WHERE expiration_date > now()",
    ),
    Shape(
        "a foreign key put on a new column since",
        "SELECT 1",
        since='CREATE UNIQUE INDEX ON ndas (id, nda_type); CREATE TABLE typed (id text, nda_type "NdaType", '
        "FOREIGN KEY (id, nda_type) REFERENCES ndas (id, nda_type))",
    ),
]

ON_THE_TYPES = [
    Shape(
        "a function of the enum type",
        """CREATE FUNCTION is_open("NdaStatus") RETURNS boolean LANGUAGE sql AS
        $$ SELECT $1::text <> 'CANCELLED' $$""",
        "SELECT count(*) FROM ndas WHERE is_open(status)",
    ),
    Shape(
        "a function that returns the enum type",
        """CREATE FUNCTION status_of(text) RETURNS "NdaStatus" LANGUAGE sql AS
        $$ SELECT status FROM ndas WHERE id = $1 $$""",
        "SELECT count(status_of(id)) FROM ndas",
    ),
    Shape(
        "a function with %TYPE",
        """CREATE FUNCTION status_in(text) RETURNS text LANGUAGE plpgsql AS
        $$ DECLARE found ndas.status%TYPE;
           BEGIN SELECT status INTO found FROM ndas WHERE id = $1; RETURN found; END $$""",
        "SELECT count(status_in(id)) FROM ndas",
    ),
    Shape(
        "a function with a body of SQL",
        """CREATE FUNCTION how_many() RETURNS bigint
        BEGIN ATOMIC SELECT count(*) FROM ndas WHERE status <> 'CANCELLED'; END""",
        "SELECT how_many()",
    ),
    Shape(
        "an aggregate of the enum type",
        """CREATE FUNCTION later_of("NdaStatus", "NdaStatus") RETURNS "NdaStatus"
        LANGUAGE sql AS $$ SELECT greatest($1, $2) $$;
        CREATE AGGREGATE latest("NdaStatus") (SFUNC = later_of, STYPE = "NdaStatus")""",
        "SELECT latest(status) FROM ndas",
    ),
    Shape(
        "an operator of the enum type",
        """CREATE FUNCTION same_as("NdaStatus", text) RETURNS boolean LANGUAGE sql AS
        $$ SELECT $1::text = $2 $$;
        CREATE OPERATOR === (LEFTARG = "NdaStatus", RIGHTARG = text, FUNCTION = same_as)""",
        "SELECT count(*) FROM ndas WHERE status === 'CREATED'::text",
    ),
    Shape(
        "a cast from text to the enum type",
        'CREATE CAST (text AS "NdaStatus") WITH INOUT AS IMPLICIT',
        "SELECT count(*) FROM ndas WHERE status = 'CREATED'::text",
    ),
    Shape(
        "a domain over the enum type",
        "CREATE DOMAIN open_status AS \"NdaStatus\" CHECK (VALUE <> 'CANCELLED')",
        "SELECT count(status::open_status) FROM ndas WHERE status::text NOT IN ('CANCELLED', 'INACTIVE_CANCELED')",
    ),
    Shape("a composite type with it", 'CREATE TYPE step AS (status "NdaStatus", at timestamp)'),
    Shape("a range of it", 'CREATE TYPE steps AS RANGE (subtype = "NdaStatus")'),
    Shape(
        "a column of another table of the enum type",
        "CREATE TABLE templates (id int, first_status \"NdaStatus\" DEFAULT 'CREATED');"
        "INSERT INTO templates VALUES (1)",
        "SELECT count(*) FROM templates t JOIN ndas n ON n.status = t.first_status",
    ),
    Shape(
        "an array column of it",
        "CREATE TABLE filters (id int, statuses \"NdaStatus\"[]); INSERT INTO filters VALUES (1, '{EMAILED}')",
        "SELECT count(*) FROM filters f JOIN ndas n ON n.status = ANY (f.statuses)",
    ),
    Shape(
        "a foreign key to a table of labels",
        """CREATE TABLE status_names (status "NdaStatus" PRIMARY KEY, name text);
        INSERT INTO status_names SELECT unnest(enum_range(NULL::"NdaStatus")), 'name';
        ALTER TABLE ndas ADD FOREIGN KEY (status) REFERENCES status_names""",
        "SELECT count(*) FROM ndas JOIN status_names USING (status)",
    ),
    Shape(
        "the type in a schema of its own",
        """CREATE SCHEMA kinds; ALTER TYPE "NdaStatus" SET SCHEMA kinds;
        ALTER DATABASE {db} SET search_path = public, kinds""",
    ),
    Shape("an index operator class option on it", "CREATE INDEX ON ndas (status enum_ops, id)"),
]

ON_THE_ROW_TYPE = [
    Shape(
        "a function that lists the columns of the row",
        """CREATE FUNCTION open_ndas() RETURNS SETOF ndas LANGUAGE sql AS
        $$ SELECT id, display_id, company_name, company_city, company_state, state_of_incorporation, agency_group_id,
                  subagency_id, agency_office_name, abbreviated_name, authorized_purpose, effective_date,
                  usmax_position,
                  status, fully_executed_date, opportunity_poc_id, contracts_poc_id, relationship_poc_id,
                  cloned_from_id, created_by_id, created_at, updated_at FROM ndas $$""",
        "SELECT count(*) FROM open_ndas()",
    ),
    Shape(
        "a function of the row",
        "CREATE FUNCTION title(ndas) RETURNS text LANGUAGE sql AS $$ SELECT $1.company_name $$",
        "SELECT count(n.title) FROM ndas n",
    ),
    Shape(
        "a function that returns rows",
        "CREATE FUNCTION every_nda() RETURNS SETOF ndas LANGUAGE sql AS $$ SELECT * FROM ndas $$",
        "SELECT count(*) FROM every_nda()",
    ),
    Shape("a column of the row type", "CREATE TABLE before_the_change (at timestamp, was ndas)"),
    Shape("a composite type with the row", "CREATE TYPE seen_row AS (at timestamp, was ndas)"),
    Shape("a view of whole rows", "CREATE VIEW whole AS SELECT n FROM ndas n", "SELECT count(n) FROM whole"),
]

AROUND = [
    Shape("serializable by default", "ALTER DATABASE {db} SET default_transaction_isolation = serializable"),
    Shape("standard_conforming_strings off", "ALTER DATABASE {db} SET standard_conforming_strings = off"),
    Shape(
        "DateStyle German, IntervalStyle iso_8601",
        "ALTER DATABASE {db} SET DateStyle = 'German, DMY'; ALTER DATABASE {db} SET IntervalStyle = iso_8601",
    ),
    Shape(
        "a search_path with another schema first",
        "CREATE SCHEMA ours; ALTER DATABASE {db} SET search_path = ours, public",
    ),
    Shape(
        "idle_in_transaction_session_timeout and statement_timeout",
        "ALTER DATABASE {db} SET idle_in_transaction_session_timeout = '1s';"
        "ALTER DATABASE {db} SET statement_timeout = '5s'",
    ),
    Shape(
        "plpgsql settings",
        "ALTER DATABASE {db} SET plpgsql.extra_errors = 'all'; ALTER DATABASE {db} SET plpgsql.check_asserts = off",
    ),
    Shape("row_security off", "ALTER DATABASE {db} SET row_security = off"),
    Shape("read-only by default", "ALTER DATABASE {db} SET default_transaction_read_only = on"),
]

SHAPES = [*ON_A_TABLE, *ON_A_COLUMN, *ON_THE_TYPES, *ON_THE_ROW_TYPE, *AROUND]
