"""Code lists: the values that an element may have, approved in versions, some with a last day."""
