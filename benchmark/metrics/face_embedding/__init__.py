"""Embeddings of faces by dlib's network, in processes of their own."""
