"""The page's files, as the browser is given them."""
