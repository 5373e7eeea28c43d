"""Makes any video playable on any screen."""
