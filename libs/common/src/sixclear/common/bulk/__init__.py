"""Files of many items in one request: read line by line, taken by the rules of single routes, large ones as jobs."""
