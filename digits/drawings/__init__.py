"""My digits: what the user drew and said what it is; kept on this machine, given away as a plain zip."""
