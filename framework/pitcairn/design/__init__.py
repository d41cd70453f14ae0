"""What one iteration promises: the plan, the draw, the error budget."""
