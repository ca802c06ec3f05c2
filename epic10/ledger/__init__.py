"""The tables in which a release remembers itself, and the models of them."""
