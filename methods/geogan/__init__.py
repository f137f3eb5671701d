"""GeoGAN (Yin et al., AAAI 2019): another face's attribute, warped onto a face by a flow that landmarks guide."""
