"""A note in the bag: tried, reworked and confirmed at one counter, packed, adopted at others, and graded."""
