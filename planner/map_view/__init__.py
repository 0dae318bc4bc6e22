"""What a map page shows, as plain rows: from a view and a plan, without a geometry or web package."""
