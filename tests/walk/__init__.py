"""
Interrupt the release at every statement it sends, in every way, and see that nothing is different for it.

``python -m tests.walk`` walks all of it; pytest walks a few points that change with the commit.
"""
