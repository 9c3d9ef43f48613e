"""What the views show, one view per file: each answers why the network learns, or not, at this moment."""
