"""Phones and a Twilio-compatible provider on this machine. Imports nothing of ours: it knows the service over HTTP alone."""
