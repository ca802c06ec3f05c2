"""Django's own tests of what we put in the place of Django's: migrate, flush, the database backend."""
