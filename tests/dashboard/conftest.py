from tests.web.conftest import live_server, plain_http  # noqa: F401  the pages are served as the register's are
