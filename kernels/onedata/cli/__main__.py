"""``python -m onedata.cli``: the `onedata` command where its script is not on the path."""

from onedata.cli import main

main()
