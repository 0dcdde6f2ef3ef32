"""What comes back by mail: bounces, answers to invites and replies; it tells other rooms and frees no seat."""
