"""A person's home: what is wrong with it, the packages added in it, and a server that starts in spite of it."""
