"""Sessions: their text, where they are kept, and the files that one process writes."""
