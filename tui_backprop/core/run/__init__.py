"""Travel in time: a run forwards and backwards, its moments, its branches, and what it can wait for."""
