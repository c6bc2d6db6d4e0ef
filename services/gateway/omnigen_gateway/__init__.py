"""The only public door: who is calling, and which service answers."""
