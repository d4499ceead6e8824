"""The program without installing it: `python cli.py train specs/diabetes.yaml`."""

from nnspec.commands import main

if __name__ == "__main__":
    main()
