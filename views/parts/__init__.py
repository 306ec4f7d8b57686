"""Parts of pages: small table helpers (pure) and widgets that several pages share."""
