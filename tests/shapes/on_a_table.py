"""Shapes that hang on a table: views, rules, policies, triggers, keys, publications, rights."""

from tests.shapes.shape import Shape, trigger

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
