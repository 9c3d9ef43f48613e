"""The terminal studio: screens, panes and keys."""
