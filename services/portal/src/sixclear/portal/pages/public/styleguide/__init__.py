"""All parts on one page, for developers and for the accessibility test."""
