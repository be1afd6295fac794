"""The health of the streams that feed the view, and the age of what they brought."""
