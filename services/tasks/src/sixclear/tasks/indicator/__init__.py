"""An indicator: what is measured of bodies, how, by whom, and how far it should have come."""
