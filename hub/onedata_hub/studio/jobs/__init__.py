"""Jobs: notebooks that run on a schedule or on demand, with nobody logged in."""
