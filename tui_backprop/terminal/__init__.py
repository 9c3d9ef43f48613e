"""The terminal on the other end of a slow line: only cells that changed are sent, and never faster than it reads."""
