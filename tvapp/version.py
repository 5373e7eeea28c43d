"""The version of the application, light to import."""

VERSION = "0.1.0"
