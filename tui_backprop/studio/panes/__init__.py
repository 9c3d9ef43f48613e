"""The panes, one per file: each shows a moment and a selection, and sends messages for what a person does in it."""
