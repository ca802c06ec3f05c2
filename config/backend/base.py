"""Django's PostgreSQL backend, on a server that the first connection starts."""

from django.db.backends.postgresql import client

from config import embedded
from config.postgresql import base
from epic10.postgres import client_programs


class DatabaseClient(client.DatabaseClient):
    def runshell(self, parameters):
        type(self).executable_name = str(client_programs.find(self.connection, "psql"))
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient

    def get_connection_params(self):
        server = embedded.server(self.settings_dict["HOME"])
        server.join()
        # Django reads HOST from here in other places too, dbshell among them.
        self.settings_dict["HOST"] = str(server.socket_directory)
        return super().get_connection_params()
