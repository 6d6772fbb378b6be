"""What to do next, and what came of it: pure functions of frames."""
