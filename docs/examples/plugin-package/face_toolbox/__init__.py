"""Plug-ins for face-editing-benchmark; the cards beside this file say what they are and where their code is."""
