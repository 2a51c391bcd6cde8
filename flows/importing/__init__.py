"""Flows of other systems (RapidPro, TextIt, Twilio Studio) as flow files of ours, with a list of what was lost on the way."""
