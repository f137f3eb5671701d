"""SC-FEGAN (Jo and Park, ICCV 2019): a hole filled after a sketch and colours of what it is to show."""
