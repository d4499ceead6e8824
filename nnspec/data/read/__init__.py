"""Reading: a source to raw columns, nothing decided about them."""
