"""What a run costs: counted, reported, and held against what protocols declare."""
