"""What the vault holds, as items."""
