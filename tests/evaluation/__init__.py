"""Reports, test sets, calibration and pens."""
