"""The panes, one a file: each shows a moment and a selection, and says what a person does in it by messages."""
