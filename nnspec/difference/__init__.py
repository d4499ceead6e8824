"""Floor 5: what differs between two networks and their settings, by layer and by path."""
