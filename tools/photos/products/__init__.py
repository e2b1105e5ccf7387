"""One module a product: `build(view)` puts it into the empty scene and says how it is to be looked at."""
