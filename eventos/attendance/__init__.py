"""What is true about who came: evidence, decisions, counts."""
