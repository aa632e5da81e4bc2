"""Every page opens, works and tells, through AppTest."""
