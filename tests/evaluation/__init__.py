"""Reports, test sets, calibration, comparison, robustness, maps and where they are kept."""
