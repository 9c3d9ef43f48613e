"""Questions about a network that training itself does not ask: one question a file."""
