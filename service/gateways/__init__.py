"""What the service asks of the world outside its database: Twilio, jobs, clocks, keys."""
