"""Travel in time: a run forwards and backwards, its moments, its branches, and the conditions that it can stop at."""
