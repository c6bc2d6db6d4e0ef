"""Imported before all else by an entry point, and by nobody else: the garbage collector rests while modules are made.

What an import makes stays for good. The collector would walk through all of it again and again: a fifth of what it
costs to start. `omnigen_shared.http.app.end_start` wakes it.
"""

import gc

gc.disable()
