"""CycleGAN (Zhu et al., ICCV 2017): two translations between faces without an attribute and faces with it."""
