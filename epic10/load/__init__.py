"""
What do the applications do, and what became of it? See ``epic10.rehearsal.traffic``, which lets them work.

A process of the load imports nothing of Django: it has to start at once, and must not take the processor
away from what is measured.
"""
