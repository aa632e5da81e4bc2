"""What may go wrong, done for real: processes killed, disks full, files damaged."""
