"""My drawings: pictures with the labels that the user gave them. They stay on this machine; a zip gives them away."""
