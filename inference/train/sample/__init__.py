"""A clip of our own making: a clothed figure does ten squats in a room, filmed by a virtual phone."""
