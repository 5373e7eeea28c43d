"""Headers that go with every answer: they keep what comes out of the vault off the disks of who shows it."""

OF_ALL = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"))
OF_THE_API = (("Cache-Control", "no-store"), *OF_ALL)
