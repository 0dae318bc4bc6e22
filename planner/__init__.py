"""Site by Power: siting and grid-capacity planning for data centres."""

__version__ = "0.1.0"
