"""Table `jobs`: its keys, its items, its conditions, and the adapter that speaks them."""
