"""The network as a graph, framed by the phases of a step: what flows where, and where a shut gate stops it."""
