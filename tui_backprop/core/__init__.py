"""The mathematics: networks, passes, training and travel in time. NumPy and the standard library only."""
