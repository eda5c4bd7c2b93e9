"""What the product does in a second, beside the limit of what it stands on. See README.md."""
