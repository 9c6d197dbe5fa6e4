"""Who must be told what, grouped, and when it is over. Reads the tables of other rooms by statements of its own."""
