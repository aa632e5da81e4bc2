"""What only a real browser shows, in Debian's Chromium."""
