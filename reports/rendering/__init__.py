"""How pages, pictures, figures and LaTeX are made, whatever they show."""
