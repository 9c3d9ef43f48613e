"""What the views show, one view a file: each answers why the network learns, or not, at this moment."""
