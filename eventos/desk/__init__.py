"""The organiser's home: pages over several rooms, whose forms post to the room that owns the fact."""
