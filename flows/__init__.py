"""The conversations of the service, and the pure engine that walks through them."""
