"""Tables in text files: which characters, which notation, which columns; and the numbers in them."""
