"""A step worked out by hand: its figures by name, a learner's sheet of them, and what is wrong with it."""
