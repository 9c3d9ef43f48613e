"""The command line: a file for each command that prints something."""
