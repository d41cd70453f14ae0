"""Pages, made from results and from what the ledger says of them."""
