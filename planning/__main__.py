"""`python -m planning` is `smena`."""

from planning.cli import main

if __name__ == "__main__":  # a spawned worker imports this module and must not start the command again
    main()
