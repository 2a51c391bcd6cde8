"""Reading flows of Twilio Studio."""
