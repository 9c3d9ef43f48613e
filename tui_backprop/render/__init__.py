"""Numbers made into characters and tones, as plain data: every function here can be tested as text."""
