"""What users type, and the files that they name."""
