"""Shapes that hang on the enum types or on the type of a row: functions, casts, domains, other columns."""

from tests.shapes.shape import Shape

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
