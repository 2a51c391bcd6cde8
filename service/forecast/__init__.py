"""What would be sent over the coming days, found by living through them with the service's own decisions."""
