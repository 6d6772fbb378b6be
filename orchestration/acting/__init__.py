"""What to do next: what spreads and whom it reaches, as pure functions of frames."""
