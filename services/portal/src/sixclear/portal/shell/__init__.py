"""What every page shares: areas, rendering, static files, forms, addresses, drawing of bars."""
