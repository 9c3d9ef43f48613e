"""The guided story: chapters as data, and everything that turns them into text, questions and figures."""

PANES = ("network", "matrices", "samples", "inspector", "error")
"""The panes that a page can bring into sight."""
VIEWS = ("surface", "gates", "pulls", "collapse", "interference", "health", "slope", "landscape")
"""The views that a page can open: the panes that open by the keys 1, 2 …, in this order."""
