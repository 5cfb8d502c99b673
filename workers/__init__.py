"""The processes that analyse clips."""
