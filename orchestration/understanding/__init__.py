"""What customers say, what matters to them and what it is worth: pure functions of frames."""
