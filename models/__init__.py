"""Equations of the planner: climate, cooling, latency, headroom, the siting algebra and the grid check."""
