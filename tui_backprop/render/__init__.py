"""Numbers to glyphs and tone levels, as plain data: every function here can be tested as text."""
