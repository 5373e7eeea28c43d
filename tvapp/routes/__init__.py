"""The routes: a request read, one call made, a response written."""
