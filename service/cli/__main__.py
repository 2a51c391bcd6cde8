"""`python -m service.cli` is `peerline`."""

from service.cli.main import main

main()
