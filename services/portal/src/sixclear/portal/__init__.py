"""The portal: the web face of Sixclear. It owns no data and reads the other services over HTTP only."""
