"""What other databases hang on the register, there and back by both routes: ``python -m tests.shapes``."""
