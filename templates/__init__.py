"""The pages Pitcairn makes, as Jinja templates. A package so that every way of installing finds them."""
