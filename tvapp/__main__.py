"""`python -m tvapp`: the same as `lanterne`."""

from tvapp.cli import main

main()
