"""CRN (Chen and Koltun, ICCV 2017): a cascade refines the image of a mask from 4 pixels up, without an adversary."""
