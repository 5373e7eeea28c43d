"""Says on the LAN that the server is there."""
