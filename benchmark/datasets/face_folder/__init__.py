"""Plain folders of faces: images, and what there is of masks and tables about them."""
