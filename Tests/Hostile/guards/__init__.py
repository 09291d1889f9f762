"""What stands before paths, and how they may be spelt."""
