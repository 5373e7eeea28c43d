"""What gunicorn logs."""

import logging

from tvapp.server import without_requests


def test_queries_do_not_reach_the_log():
    record = logging.LogRecord(
        "x", logging.ERROR, "f", 1, "Error handling %s %s", ("GET", "/api/v1/items?q=birthday"), None
    )
    assert without_requests(record)
    assert record.getMessage() == "Error handling GET /api/v1/items"
    quoting = logging.LogRecord(
        "x", logging.WARNING, "f", 1, "Invalid request from ip=1: 'q=birthday'", None, None
    )
    assert not without_requests(quoting)
