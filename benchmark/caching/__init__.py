"""What has been done already: fingerprints of inputs and of code, by which work is done again only where it must be."""
