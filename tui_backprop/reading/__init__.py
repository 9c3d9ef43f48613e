"""What people type, and the files that they name."""
