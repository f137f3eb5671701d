"""AdaIN (Huang and Belongie, ICCV 2017): arbitrary style transfer by the mean and deviation of VGG-19's features."""
