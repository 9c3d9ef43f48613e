"""The guided story: chapters as data, and everything that turns them into text, questions and figures."""
