"""The screens: the studio itself, and what opens over it."""
