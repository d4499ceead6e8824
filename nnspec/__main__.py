"""The program as a module: `python -m nnspec`."""

from nnspec.commands import main

if __name__ == "__main__":
    main()
