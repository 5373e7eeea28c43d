"""The web application, the command line and the wiring: the only package that knows the web."""
