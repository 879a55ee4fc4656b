"""Everything for a site without a way out, in one folder: ``onedata bundle``."""
