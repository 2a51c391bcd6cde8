"""Reading flows of RapidPro and TextIt, export formats 13 and 14."""
