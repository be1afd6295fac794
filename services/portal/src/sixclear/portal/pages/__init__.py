"""The pages, by area: for whom they are. A page is a folder with its route, its view, its templates and its script."""
