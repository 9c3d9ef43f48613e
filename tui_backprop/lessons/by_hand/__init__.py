"""A step worked out by hand: its figures by name, somebody's sheet of them, and what is wrong with it."""
