"""Shapes that hang on a column: indexes, constraints, defaults, other types; and what is made on a new one."""

from tests.shapes.shape import Shape

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
