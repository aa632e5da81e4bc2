"""My drawings: pictures with labels from the user. They stay on this machine until somebody exports them."""
