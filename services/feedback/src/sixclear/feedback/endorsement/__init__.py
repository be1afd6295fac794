"""Who supports a public copy: persons whose identity the provider verified, and others, counted apart."""
