"""A server as the large providers give it: who logs in is no superuser, and the provider is in the database."""

# What the customer gets: databases and roles may be made, sessions ended. Neither session_replication_role
# nor the statistics of others (pg_read_all_stats) are theirs.
ROLES = """
CREATE ROLE provider NOLOGIN;
CREATE ROLE provider_superuser NOLOGIN;
GRANT pg_signal_backend TO provider_superuser;
ALTER ROLE provider_admin CREATEDB CREATEROLE;
GRANT provider_superuser TO provider_admin"""

# What is in a database of the customer's from the first day.
IN_THE_DATABASE = """
ALTER SCHEMA public OWNER TO provider;
GRANT ALL ON SCHEMA public TO provider_superuser;
CREATE EXTENSION pg_stat_statements;
CREATE SCHEMA monitor AUTHORIZATION provider;
CREATE FUNCTION monitor.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM tg_tag; END $$;
ALTER FUNCTION monitor.watch() OWNER TO provider;
GRANT USAGE ON SCHEMA monitor TO PUBLIC;
CREATE EVENT TRIGGER provider_watch ON ddl_command_end EXECUTE FUNCTION monitor.watch()"""
