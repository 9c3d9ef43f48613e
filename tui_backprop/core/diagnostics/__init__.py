"""Questions about a network that training itself does not ask, one per file."""
