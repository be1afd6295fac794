"""The log as programs read it: what everyone may know, and what the bodies concerned may."""
